using Fan.Conformance.Sharding;

namespace Fan.EndToEnd.Tests;

/// <summary>Owners of shards in processes of one machine, on the embedded store.</summary>
public sealed class ShardFaultTests : ShardFaultConformance
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fan-endtoend-").FullName;

    protected override Task<string> OpenStoreAsync() => Task.FromResult($"sqlite:{Path.Combine(_folder, "fan.db")}?session=3s");

    protected override void Configure(FanBuilder fan) => fan.AddSqliteStore().AddHttp().AddIpc();

    protected override ValueTask CloseStoreAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return default;
    }
}
