using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Fan.Cli.Sharding;
using Fan.Sharding;

namespace Fan.Cli.Commands;

/// <summary><c>fan shards</c>: who owns which shard of a service.</summary>
internal sealed class ShardsCommand : ServiceVerb
{
    public ShardsCommand(GlobalOptions global)
        : base(
            "shards",
            "Lists the shards of a service and who owns them.",
            global,
            "fan shards stock.counter",
            "fan shards stock.counter --json | jq '.[] | select(.holder == null)'")
    {
    }

    protected override async Task<int> RunAsync(
        ToolSession session, string service, ParseResult parsed, CancellationToken cancellationToken)
    {
        var shards = await ShardLine.ReadAsync(session, service, cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(Global.Terminal, JsonSerializer.SerializeToElement(shards, ShardJson.Default.IReadOnlyListShardLine));
        }
        else
        {
            ShardLine.Write(Global.Terminal, shards);
        }

        await Global.Terminal.FlushAsync().ConfigureAwait(false);
        var open = shards.Count(shard => shard.Holder != shard.Owner);
        if (open > 0)
        {
            Global.Terminal.Error.WriteLine(
                $"{open} of {shards.Count} shards {(open == 1 ? "is" : "are")} not held by the owner yet: " +
                $"calls for {(open == 1 ? "it" : "them")} wait.");
        }

        var listing = await session.Directory.ListAsync(cancellationToken).ConfigureAwait(false);
        // Who holds a lock is known by that name alone.
        foreach (var name in SharedWorkerName.Find(listing.Endpoints.Where(endpoint => endpoint.Service == service)))
        {
            Global.Terminal.Error.WriteLine($"{SafeText.Line(name.ToString())}. {SharedWorkerName.Advice}");
        }

        return ExitCode.Done;
    }
}
