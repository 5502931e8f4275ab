using System.CommandLine;

namespace Fan.Cli.Commands;

/// <summary><c>fan shard</c>: what can be done with shards.</summary>
internal sealed class ShardCommand : Command
{
    public ShardCommand(GlobalOptions global)
        : base("shard", "Moves shards of a service to other workers, and keys to other shards.")
    {
        Add(new ShardMoveCommand(global));
        Add(new ShardAssignCommand(global));
    }
}
