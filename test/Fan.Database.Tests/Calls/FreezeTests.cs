using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Database.Tests.Servers;
using Npgsql;

namespace Fan.Database.Tests.Calls;

public sealed class PostgresFreezeTests(PostgresServers servers) : TransportFreezeConformance
{
    private string _connectionString = "";

    protected override bool HasOthers => false;

    protected override async Task<(FrozenLink Link, TransportApplication Caller)> LinkAsync()
    {
        _connectionString = await (await servers.SharedAsync()).CreateDatabaseAsync();
        var parts = new NpgsqlConnectionStringBuilder(_connectionString);
        var link = Own(FrozenLink.To(parts.Port));
        await ServeAsync("cellars", Tree, Cellar);
        return (link, await StartAsync("caller", Tree, fan => fan.AddDatabase(
            options => options.Postgres = $"Host=127.0.0.1;Port={link.Port};Username={parts.Username};Database={parts.Database}")));
    }

    protected override void AddTo(FanBuilder application) =>
        application.AddDatabase(options => (options.Postgres, options.ServeCalls) = (_connectionString, true));
}
