using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Errors;
using Fan.Cli.Output;
using Fan.Cli.Sessions;

namespace Fan.Cli.Commands.Queues;

/// <summary><c>fan queue retry</c>: puts dead letters back.</summary>
internal sealed class QueueRetryCommand : QueueVerb
{
    private readonly Argument<string[]> _ids = new("ID")
    {
        Description = "The messages, as 'fan queue dead' shows them.",
        Arity = ArgumentArity.ZeroOrMore
    };

    private readonly Option<bool> _all = new("--all") { Description = "All dead letters of the queue." };

    public QueueRetryCommand(GlobalOptions global)
        : base(
            "retry",
            "Puts dead letters back into their queue, as if they had never been tried.",
            global,
            "fan queue retry lightspeed 01900000000070008000000000000000",
            "fan queue retry lightspeed --all")
    {
        Add(_ids);
        Add(_all);
    }

    protected override async Task<int> RunAsync(OpenedQueue queue, ParseResult parsed, CancellationToken cancellationToken)
    {
        var ids = parsed.GetValue(_ids) ?? [];
        var all = parsed.GetValue(_all);
        if (all == ids.Length > 0) throw new UsageException("Name the messages to put back, or --all.");
        var moved = (await EachAsync(
            queue,
            administration => administration.RetryDeadAsync(queue.Name, all ? null : ids, cancellationToken)).ConfigureAwait(false)).Sum();
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(
                Global.Terminal, JsonSerializer.SerializeToElement(new AffectedMessages(moved), ToolJson.Default.AffectedMessages));
        }
        else
        {
            Global.Terminal.Out.WriteLine($"{moved} put back.");
        }

        return all || moved == ids.Length ? ExitCode.Done : ExitCode.Failed;
    }
}

/// <summary>How many messages something was done to.</summary>
internal sealed record AffectedMessages(int Count);
