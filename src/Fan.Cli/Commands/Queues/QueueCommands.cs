using System.CommandLine;

namespace Fan.Cli.Commands.Queues;

/// <summary><c>fan queue</c>: the verbs about queues.</summary>
internal sealed class QueueCommands : Command
{
    public QueueCommands(GlobalOptions global)
        : base("queue", "Lists queues, shows what is in them, puts dead letters back, deletes messages.")
    {
        Add(new QueueListCommand(global));
        Add(new QueuePeekCommand(global));
        Add(new QueueDeadCommand(global));
        Add(new QueueRetryCommand(global));
        Add(new QueuePurgeCommand(global));
        SetAction(parsed =>
        {
            new HelpWithExamples().Invoke(parsed);
            return ExitCode.Usage;
        });
    }

    /// <summary>Those of its verbs.</summary>
    public IEnumerable<string> Examples => Subcommands.OfType<Verb>().Select(verb => verb.Examples[0]);
}
