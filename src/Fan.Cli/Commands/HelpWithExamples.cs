using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Fan.Cli.Commands.Queues;

namespace Fan.Cli.Commands;

/// <summary>The help of a verb, with examples; the root's also tells what the exit codes mean.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private static readonly string[] OfTheRoot =
    [
        "fan ls",
        "fan info retail.store.public_wines",
        "fan call 'retail.store[42].public_wines.get' inventory_id=7",
        "fan doctor --store sqlite:/var/lib/fan/fan.db",
    ];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        new HelpAction().Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        output.WriteLine("Examples:");
        foreach (var example in command is QueueCommands queues ? queues.Examples : (command as Verb)?.Examples ?? OfTheRoot)
        {
            output.WriteLine("  " + example);
        }

        if (command is not RootCommand) return ExitCode.Done;
        output.WriteLine();
        output.WriteLine(
            "Exit codes: 0 done, 1 the call or a check failed, 2 wrong usage, " +
            "3 the store or service can't be reached, 130 ended by Ctrl-C.");
        return ExitCode.Done;
    }
}
