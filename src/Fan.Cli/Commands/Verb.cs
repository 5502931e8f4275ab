using System.CommandLine;

namespace Fan.Cli.Commands;

/// <summary>One verb of the tool.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description, GlobalOptions global, params string[] examples)
        : base(name, description)
    {
        Global = global;
        Examples = examples;
        SetAction(RunAsync);
    }

    public IReadOnlyList<string> Examples { get; }

    protected GlobalOptions Global { get; }

    /// <summary>Does it, and returns the exit code; errors are thrown.</summary>
    protected abstract Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken);
}
