using System.CommandLine;
using Fan.Cli.Sharding;

namespace Fan.Cli.Commands;

/// <summary><c>fan shard move</c>: gives shards to workers in one commit.</summary>
internal sealed class ShardMoveCommand : ShardChangeCommand
{
    private readonly Option<bool> _force = new("--force")
    {
        Description = "Name a worker that does not live: others own the shard until it does. The commit records that."
    };

    public ShardMoveCommand(GlobalOptions global)
        : base(
            "move", "Gives shards to workers in one commit, and waits until they hold them.", global,
            "The service's name; brackets may be left out.",
            new("SHARD=WORKER")
            {
                Description = "The worker that is to own a shard; SHARD=* gives it back to whom capacities decide for.",
                Arity = ArgumentArity.OneOrMore,
            },
            "fan shard move stock.counter 7=worker-2 8='*' -m 'worker-1 is full'", "fan shard move stock.counter 7=worker-2 --json") =>
        Add(_force);

    protected override ShardChange Read(ParseResult parsed, string[] changes)
    {
        var owners = ShardMoves.Parse(changes);
        return new(
            (system, service, options, token) => system.MoveShardsAsync(service, owners, options, cancellationToken: token),
            owners.ContainsKey,
            parsed.GetValue(_force));
    }
}
