using System.CommandLine;
using Fan.Cli.Arguments;
using Fan.Cli.Errors;
using Fan.Cli.Output;
using Fan.Switching;

namespace Fan.Cli.Changes;

/// <summary>The options of every verb that makes a commit.</summary>
internal sealed class ChangeSettings
{
    private const string AuthorVariable = "FAN_AUTHOR";
    private const int MaxAuthor = 128;
    private const int MaxReason = 1000;

    private readonly Option<bool> _barrier = new("--barrier")
    {
        Description = "Hold new root calls everywhere until the commit is made: one instant for all."
    };

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Make it in spite of what speaks against it; the commit records that."
    };

    private readonly Option<string?> _reason = new("--message", "-m") { Description = "Why; it stands in the log.", HelpName = "REASON" };

    private readonly Option<string?> _author = new("--author")
    {
        Description = $"Who makes it. Default: {AuthorVariable}, else the user of the system.",
        HelpName = "NAME"
    };

    private readonly Option<string?> _applyTimeout = new("--apply-timeout")
    {
        Description = "How long to wait for applications to apply it: 500ms, 30s, 2m. Default: 30s.",
        HelpName = "TIME"
    };

    private readonly Option<string?> _drainTimeout = new("--drain-timeout")
    {
        Description = "How long to wait for calls from before; 0s does not wait. Default: 30s.",
        HelpName = "TIME"
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_barrier, _force, _reason, _author, _applyTimeout, _drainTimeout]) command.Add(option);
    }

    /// <exception cref="UsageException">One of them is not valid.</exception>
    public ChangeOptions Read(ParseResult parsed, Terminal terminal)
    {
        var options = new ChangeOptions
        {
            Author = Text("--author", parsed.GetValue(_author) ?? AuthorOf(terminal), 1, MaxAuthor),
            Reason = Text("-m", parsed.GetValue(_reason) ?? "", 0, MaxReason),
            Barrier = parsed.GetValue(_barrier),
            Force = parsed.GetValue(_force),
        };
        if (parsed.GetValue(_applyTimeout) is { } apply) options = options with { ApplyTimeout = TimeText.Parse("--apply-timeout", apply) };
        if (parsed.GetValue(_drainTimeout) is { } drain)
        {
            options = options with { DrainTimeout = drain is "0" or "0s" ? TimeSpan.Zero : TimeText.Parse("--drain-timeout", drain) };
        }

        return options;
    }

    /// <summary>Who makes a change, where no option says it.</summary>
    public static string AuthorOf(Terminal terminal) =>
        terminal.Environment(AuthorVariable) is { Length: > 0 } named ? named : Environment.UserName;

    private static string Text(string option, string text, int min, int max) =>
        text.Length >= min && text.Length <= max && !text.Any(char.IsControl)
            ? text
            : throw new UsageException($"{option} must have {min} to {max} characters on one line.");
}
