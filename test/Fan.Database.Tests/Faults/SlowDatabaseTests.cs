using Fan.Conformance;
using Fan.Database.Engines;
using Fan.Database.Queues;
using Fan.Database.Tests.Servers;
using Npgsql;

namespace Fan.Database.Tests.Faults;

/// <summary>A PostgreSQL server that answers, but later than <see cref="FanDatabaseOptions.OperationTimeout"/>.</summary>
public sealed class SlowDatabaseTests(PostgresServers servers)
{
    private const string Service = "cellar";

    [Fact]
    public async Task What_was_given_up_takes_nothing_away()
    {
        var place = await (await servers.SharedAsync()).CreateDatabaseAsync();
        await AskAsync(place, "CREATE TABLE letters AS SELECT i FROM generate_series(1, 100) i");
        await using var database = DatabaseFactory.Create(
            new FanDatabaseOptions { Postgres = place, OperationTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        await using (await LockAsync(place, "letters"))
        {
            var script = new Script(Service);
            script.Query("DELETE FROM letters RETURNING i", static row => row.GetInt32(0));
            var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
                () => database.RunAsync(script, TestContext.Current.CancellationToken));
            Assert.Contains("OperationTimeout", error.Message, StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(
            async () => await AskAsync(
                place,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' " +
                "AND query LIKE 'DELETE%'") == 0,
            "nobody is at it any more");
        Assert.Equal(100, await AskAsync(place, "SELECT count(*) FROM letters"));
    }

    [Fact]
    public async Task The_wait_for_a_connection_is_bounded_too()
    {
        var place = await (await servers.SharedAsync()).CreateDatabaseAsync();
        await AskAsync(place, "CREATE TABLE letters (i int)");
        await using var database = DatabaseFactory.Create(
            new FanDatabaseOptions { Postgres = place, OperationTimeout = TimeSpan.FromSeconds(1), MaxConnections = 1 },
            TimeProvider.System);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var held = await LockAsync(place, "letters");
        var endless = new Script(Service) { IsLong = true };
        endless.Query("SELECT i FROM letters", static row => row.GetInt32(0));
        var running = database.RunAsync(endless, leaving.Token);
        await Eventually.TrueAsync(
            async () => await AskAsync(
                place, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1,
            "the one connection is in use");
        var next = new Script(Service);
        next.Query("SELECT 1", static row => row.GetInt32(0));
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            () => database.RunAsync(next, TestContext.Current.CancellationToken).WaitAsync(Eventually.Deadline));
        Assert.Contains("MaxConnections", error.Message, StringComparison.Ordinal);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task The_look_for_queues_before_a_push_is_bounded_too()
    {
        var place = await (await servers.SharedAsync()).CreateDatabaseAsync();
        await using var database = DatabaseFactory.Create(
            new FanDatabaseOptions { Postgres = place, OperationTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        await TouchAsync(database);
        await using var held = await LockAsync(place, "fan.queues");
        var bounds = new QueueBounds(database, 10, TimeProvider.System);
        await Assert.ThrowsAsync<ServiceUnavailableException>(
            () => bounds.RequireRoomAsync(Service, null, TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Deadline));
    }

    [Fact]
    public async Task The_connections_of_the_application_stay_open()
    {
        var place = await (await servers.SharedAsync()).CreateDatabaseAsync();
        await AskAsync(place, "CREATE TABLE letters (i int)");
        await using var source = NpgsqlDataSource.Create(place);
        await using var database = DatabaseFactory.Create(
            new FanDatabaseOptions { DataSource = source, OperationTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        await using var mine = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var process = mine.ProcessID;
        await using (await LockAsync(place, "letters"))
        {
            var script = new Script(Service);
            script.Query("SELECT i FROM letters", static row => row.GetInt32(0));
            await Assert.ThrowsAsync<ServiceUnavailableException>(() => database.RunAsync(script, TestContext.Current.CancellationToken));
        }

        await mine.CloseAsync();
        Assert.Equal(1, await AskAsync(place, $"SELECT count(*) FROM pg_stat_activity WHERE pid = {process}"));
    }

    // Makes the tables.
    private static async Task TouchAsync(IDatabase database)
    {
        var script = new Script(Service);
        script.Query("SELECT 1", static row => row.GetInt32(0));
        await database.RunAsync(script, TestContext.Current.CancellationToken);
    }

    private static async Task<NpgsqlConnection> LockAsync(string place, string table)
    {
        var connection = new NpgsqlConnection(place + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task<long> AskAsync(string place, string sql)
    {
        await using var connection = new NpgsqlConnection(place + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is long number ? number : 0;
    }
}
