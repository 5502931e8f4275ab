using System.CommandLine;

namespace Fan.Cli.Errors;

/// <summary>The command line, or a file that it names, is wrong. The message says where and what to write.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The parser takes an option that it does not know for an argument.</summary>
    public static UsageException UnknownOption(string word, string verb) =>
        new($"Option '{word.Split('=')[0]}' is not known. See 'fan {verb} --help'.");

    /// <summary>What the parser found, as one line.</summary>
    public static UsageException Of(ParseResult parsed)
    {
        var names = new List<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult;
            at is System.CommandLine.Parsing.CommandResult command;
            at = at.Parent)
            names.Insert(0, command.Command is RootCommand ? "fan" : command.Command.Name);
        var found = string.Join(
            " ", parsed.Errors.Select(error => error.Message.TrimEnd('.') + ".").Distinct(StringComparer.Ordinal).Take(3));
        return new UsageException($"{found} See '{string.Join(' ', names)} --help'.");
    }
}
