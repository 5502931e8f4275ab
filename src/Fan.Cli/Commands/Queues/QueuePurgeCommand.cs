using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Errors;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Fan.Queues;

namespace Fan.Cli.Commands.Queues;

/// <summary><c>fan queue purge</c>: deletes messages.</summary>
internal sealed class QueuePurgeCommand : QueueVerb
{
    private readonly Option<bool> _dead = new("--dead") { Description = "The dead letters." };

    private readonly Option<bool> _waiting = new("--waiting") { Description = "What is to be handled." };

    private readonly Option<bool> _yes = new("--yes") { Description = "Yes, delete them for good." };

    public QueuePurgeCommand(GlobalOptions global)
        : base(
            "purge",
            "Deletes the dead letters of a queue, or what waits in it, for good.",
            global,
            "fan queue purge lightspeed --dead --yes")
    {
        Add(_dead);
        Add(_waiting);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(OpenedQueue queue, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (dead, waiting) = (parsed.GetValue(_dead), parsed.GetValue(_waiting));
        if (!dead && !waiting) throw new UsageException("Say what to delete: --dead, --waiting or both.");
        if (!parsed.GetValue(_yes))
        {
            throw new UsageException($"This would delete messages of '{queue.Name}' for good: say --yes if you mean it.");
        }

        var deleted = 0;
        foreach (var part in new[] { QueuePart.Dead, QueuePart.Waiting }.Where(part => part == QueuePart.Dead ? dead : waiting))
        {
            deleted += (await EachAsync(
                queue, administration => administration.PurgeAsync(queue.Name, part, cancellationToken)).ConfigureAwait(false)).Sum();
        }

        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(
                Global.Terminal, JsonSerializer.SerializeToElement(new AffectedMessages(deleted), ToolJson.Default.AffectedMessages));
        }
        else
        {
            Global.Terminal.Out.WriteLine($"{deleted} deleted.");
        }

        return ExitCode.Done;
    }
}
