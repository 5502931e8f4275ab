using System.CommandLine;
using Fan.Cli.Commands.Completion;
using Fan.Cli.Output;
using Fan.Cli.Sessions;

namespace Fan.Cli.Commands;

/// <summary>The options that every verb has, and what else a verb needs.</summary>
internal sealed class GlobalOptions(Terminal terminal, Suggestions suggestions)
{
    public Terminal Terminal => terminal;

    public Suggestions Suggestions => suggestions;

    public Option<string?> Store { get; } = new("--store")
    {
        Description = "The store in which services meet, e.g. sqlite:PATH. Default: FAN_STORE, else the embedded store.",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "JSON instead of tables; errors as JSON on standard error.",
        Recursive = true
    };

    public Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Details and stack traces with errors, and the log of the library.",
        Recursive = true
    };

    /// <summary>The store that the command line, the environment or nobody names.</summary>
    public ToolSession Session(ParseResult parsed) =>
        ToolSession.Create(
            StoreChoice.Of(parsed.GetValue(Store), terminal.Environment),
            terminal.Settings(),
            parsed.GetValue(Verbose) ? terminal : null,
            terminal.Queues ?? QueueKinds.AddQueues);
}
