namespace Fan.Cli.Errors;

/// <summary>What was asked for can't be done, though the command line is right.</summary>
internal sealed class ToolException(string code, string message) : Exception(message)
{
    public string Code => code;

    public static ToolException NoSuchCommit(long number) =>
        new("no_such_commit", $"There is no commit {number} in the log; 'fan log' shows those that there are.");
}
