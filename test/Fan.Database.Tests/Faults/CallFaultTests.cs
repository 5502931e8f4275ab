using System.Text;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Database.Tests.Servers;
using Fan.Discovery;

namespace Fan.Database.Tests.Faults;

/// <summary>Processes that are killed while they serve, and a server that is killed while calls are on their way.</summary>
[Collection("disturbed")]
public sealed class CallFaultTests(PostgresServers servers)
{
    [Theory]
    [InlineData("postgres")]
    [InlineData("sqlite")]
    public async Task Calls_with_a_process_that_was_killed_end(string kind)
    {
        var folder = Directory.CreateTempSubdirectory("fan-calls-");
        var place = kind == "sqlite"
            ? Path.Combine(folder.FullName, "calls.db")
            : await (await servers.SharedAsync()).CreateDatabaseAsync();
        using var worker = ChildProcess.Start("Fan.Database.Worker", "serve", kind, place, "-");
        var endpoint = EndpointDescription.Parse(Encoding.UTF8.GetBytes((await worker.ReadAsync())!));
        await using (var caller = await StartAsync("caller", kind, place, fan => fan.Announce("cellar", "1.2.0", endpoint)))
        {
            var cellar = caller.Fan.Get<ICellar>();
            Assert.Equal(5, cellar.Add(2, 3));
            var call = cellar.WaitAsync().AsTask();
            var sequence = cellar.DripAsync().ToListAsync().AsTask();
            await worker.WaitForAsync("waiting");
            worker.Kill();
            var error = await Assert.ThrowsAsync<ServiceUnavailableException>(() => call).WaitAsync(Eventually.Deadline);
            Assert.Contains("died", error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<ServiceUnavailableException>(() => sequence).WaitAsync(Eventually.Deadline);
            // Its row is gone, so that nothing is sent there any more.
            await Assert.ThrowsAnyAsync<FanException>(async () => await cellar.GetAsync(1)).WaitAsync(Eventually.Deadline);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_that_is_killed_ends_the_calls_in_flight_and_takes_new_ones_when_it_is_back()
    {
        var server = await servers.DisturbedAsync();
        var place = await server.CreateDatabaseAsync();
        var cellar = new Cellar();
        var tree = new MemoryTree();
        await using var service = await StartAsync("cellars", "postgres", place, fan => fan.AddService<ICellar>(_ => cellar), tree);
        await using var caller = await StartAsync("caller", "postgres", place, tree: tree);
        var remote = caller.Fan.Get<ICellar>();
        var call = remote.WaitAsync().AsTask();
        await cellar.Waiting.WaitAsync(Eventually.Deadline);
        await server.KillAsync();
        await server.StartAsync();
        await Assert.ThrowsAnyAsync<FanException>(() => call).WaitAsync(Eventually.Deadline);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return await remote.EchoAsync("x") == "x";
                }
                catch (FanException)
                {
                    return false;
                }
            },
            "calls are served again");
    }

    private static Task<TransportApplication> StartAsync(
        string name,
        string kind,
        string place,
        Action<FanBuilder>? configure = null,
        MemoryTree? tree = null) => TransportApplication.StartAsync(
        tree ?? new MemoryTree(),
        name,
        fan =>
        {
            fan.AddDatabase(options =>
            {
                (options.Postgres, options.Sqlite) = kind == "sqlite" ? (null, place) : (place, (string?)null);
                (options.ServeCalls, options.CallLease) = (true, TimeSpan.FromSeconds(2));
            });
            configure?.Invoke(fan);
        });
}
