using Fan.Conformance.Transports;
using Fan.Database.Tests.Servers;

namespace Fan.Database.Tests.Calls;

internal sealed class PostgresCallHarness(string connectionString) : ITransportHarness
{
    // The tests' services have the same name, and would share their pushes.
    public static async Task<ITransportHarness> CreateAsync(PostgresServers servers) =>
        new PostgresCallHarness(await (await servers.SharedAsync()).CreateDatabaseAsync());

    public void AddTo(FanBuilder application) => application.AddDatabase(options =>
    {
        options.Postgres = connectionString;
        options.ServeCalls = true;
    });

    public ValueTask DisposeAsync() => default;
}

internal sealed class SqliteCallHarness : ITransportHarness
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fan-calls-");

    public static Task<ITransportHarness> CreateAsync() => Task.FromResult<ITransportHarness>(new SqliteCallHarness());

    public void AddTo(FanBuilder application) => application.AddDatabase(options =>
    {
        options.Sqlite = Path.Combine(_folder.FullName, "calls.db");
        options.ServeCalls = true;
    });

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return default;
    }
}

public sealed class PostgresCallTests(PostgresServers servers) : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class SqliteCallTests : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class PostgresErrorTests(PostgresServers servers) : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class SqliteErrorTests : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class PostgresTimeTests(PostgresServers servers) : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class PostgresTimeLimitTests(PostgresServers servers) : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class PostgresEndpointTests(PostgresServers servers) : TransportEndpointConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class SqliteTimeTests : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class SqliteTimeLimitTests : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class SqliteEndpointTests : TransportEndpointConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class PostgresStreamTests(PostgresServers servers) : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class SqliteStreamTests : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class PostgresLimitTests(PostgresServers servers) : CompactLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class SqliteLimitTests : CompactLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class PostgresContextTests(PostgresServers servers) : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class SqliteContextTests : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class PostgresLossTests(PostgresServers servers) : TransportLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class SqliteLossTests : TransportLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class PostgresSecurityTests(PostgresServers servers) : TransportSecurityConformance
{
    protected override bool HasQueues => true;

    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class SqliteSecurityTests : TransportSecurityConformance
{
    protected override bool HasQueues => true;

    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}

public sealed class PostgresBlameTests(PostgresServers servers) : TransportBlameConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => PostgresCallHarness.CreateAsync(servers);
}

public sealed class SqliteBlameTests : TransportBlameConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => SqliteCallHarness.CreateAsync();
}
