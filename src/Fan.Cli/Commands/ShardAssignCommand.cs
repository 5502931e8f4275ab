using System.CommandLine;
using Fan.Cli.Sharding;

namespace Fan.Cli.Commands;

/// <summary><c>fan shard assign</c>: puts keys into shards in one commit.</summary>
internal sealed class ShardAssignCommand(GlobalOptions global) : ShardChangeCommand(
    "assign", "Puts keys into shards in one commit, and waits until the owners hold them so.", global,
    "The service's name; brackets may be left out. Its workers have ShardByDirectory.",
    new("KEY=SHARD")
    {
        Description = "The shard of a key; KEY=* takes it off the list, so that its hash decides. Several brackets: NORTH,1=3.",
        Arity = ArgumentArity.OneOrMore,
    },
    "fan shard assign stock.counter acme=3 globex=4 -m 'own shards for the large ones'", "fan shard assign stock.counter acme='*'")
{
    protected override ShardChange Read(ParseResult parsed, string[] changes)
    {
        var shards = ShardMoves.ParseKeys(changes);
        return new(
            (system, service, options, token) => system.AssignKeysAsync(service, shards, options, cancellationToken: token),
            shard => shards.ContainsValue(shard));
    }
}
