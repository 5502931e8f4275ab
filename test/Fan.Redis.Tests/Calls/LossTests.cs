using System.Text;
using Fan.Redis.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Redis.Tests.Calls;

/// <summary>Processes that are killed, connections that break, servers that come and go.</summary>
public sealed class LossTests(RedisServers servers) : RedisTest
{
    [Fact]
    public async Task Calls_to_a_process_that_is_killed_end_and_others_go_on()
    {
        var server = await servers.SharedAsync();
        using var victim = ChildProcess.Start("Fan.Redis.Worker", "serve", server.Uri);
        await RegisterAsync(Encoding.UTF8.GetBytes((await victim.ReadAsync())!));
        var caller = await StartAsync("caller", server.Uri);
        var cellar = caller.Fan.Get<ICellar>();
        var waiting = Enumerable.Range(0, 10).Select(_ => cellar.WaitAsync().AsTask()).ToList();
        var sequence = cellar.DripAsync().ToListAsync().AsTask();
        await victim.WaitForAsync("waiting");
        await ServeAsync(server.Uri);
        await caller.SeesAsync("cellar", 2);
        victim.Kill();
        foreach (var call in waiting)
        {
            Assert.Contains(
                "broke off",
                (await Assert.ThrowsAsync<ServiceUnavailableException>(() => call).WaitAsync(Eventually.Deadline)).Message,
                StringComparison.Ordinal);
        }
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => sequence).WaitAsync(Eventually.Deadline);
        for (var i = 0; i < 100; i++) Assert.Equal("y", await cellar.EchoAsync("y"));
    }

    [Fact]
    public async Task The_work_for_a_caller_that_is_killed_is_cancelled()
    {
        var server = await servers.SharedAsync();
        var service = await ServeAsync(server.Uri);
        using var victim = ChildProcess.Start(
            "Fan.Redis.Worker", "call", server.Uri, Encoding.UTF8.GetString((await EndpointAsync(service)).ToJson()));
        await victim.WaitForAsync("calling");
        await Cellar.Waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        victim.Kill();
        await Cellar.Ended.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_server_that_is_killed_midway_and_keeps_its_data_loses_no_call()
    {
        var server = await servers.DisturbedAsync();
        await ServeAsync(server.Uri, options => options.LivenessTimeout = TimeSpan.FromMinutes(1));
        var caller = await StartAsync("caller", server.Uri, options: options => options.LivenessTimeout = TimeSpan.FromMinutes(1));
        var cellar = caller.Fan.Get<ICellar>();
        var waiting = cellar.WaitAsync().AsTask();
        await Cellar.Waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        await server.KillAsync();
        await server.StartAsync();
        await WorksAsync(cellar);
        Cellar.Release.SetResult();
        await waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Calls_in_flight_end_when_the_server_stays_away_or_comes_back_without_its_data()
    {
        var server = await servers.StartAsync("forgetful", "--appendonly", "no");
        await using var ending = server;
        await ServeAsync(server.Uri);
        var caller = await StartAsync("caller", server.Uri);
        var cellar = caller.Fan.Get<ICellar>();
        var waiting = cellar.WaitAsync().AsTask();
        await Cellar.Waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        await server.KillAsync();
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => waiting).WaitAsync(Eventually.Deadline);
        await server.StartAsync();
        await WorksAsync(cellar);
        await Cellar.Ended.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_process_that_was_frozen_for_long_is_called_again()
    {
        var server = await servers.SharedAsync();
        using var worker = ChildProcess.Start("Fan.Redis.Worker", "serve", server.Uri);
        await RegisterAsync(Encoding.UTF8.GetBytes((await worker.ReadAsync())!));
        var caller = await StartAsync("caller", server.Uri);
        var cellar = caller.Fan.Get<ICellar>();
        Assert.Equal("x", await cellar.EchoAsync("x"));
        worker.Pause();
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await cellar.TextOfAsync(1)).WaitAsync(
            Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Contains("broke off", error.Message, StringComparison.Ordinal);
        worker.Resume();
        await WorksAsync(cellar);
    }

    [Fact]
    public async Task Applications_that_start_while_the_server_is_away_become_ready_by_themselves()
    {
        var server = await servers.DisturbedAsync();
        await server.KillAsync();
        try
        {
            var uri = server.Uri.Replace("//", "//:secret@", StringComparison.Ordinal);
            await ServeAsync(uri);
            var caller = await StartAsync("caller", uri);
            await caller.SeesAsync("cellar", 1);
            var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.Get<ICellar>().EchoAsync("x"));
            Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
            Assert.Contains($"127.0.0.1:{server.Port}", error.ToString(), StringComparison.Ordinal);
            await server.StartAsync();
            await WorksAsync(caller.Fan.Get<ICellar>());
        }
        finally
        {
            if (!server.IsRunning)
            {
                await server.StartAsync();
            }
        }
    }

    [Fact]
    public async Task Calls_do_not_connect_each_for_itself_while_the_server_is_away()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var accepted = 0;
        var accepting = Task.Run(async () =>
        {
            try
            {
                for (; ; Interlocked.Increment(ref accepted)) (await listener.AcceptSocketAsync()).Dispose();
            }
            catch (Exception error) when (error is System.Net.Sockets.SocketException or InvalidOperationException)
            {
                // The end of the test: it does not listen any more.
            }
        });
        await using (var link = new Fan.Redis.Connections.RedisLink(
            new StackExchange.Redis.ConfigurationOptions
            {
                EndPoints = { listener.LocalEndpoint },
                AbortOnConnectFail = true,
                ConnectRetry = 1,
                ConnectTimeout = 2000
            }, 0, "there", new Microsoft.Extensions.Time.Testing.FakeTimeProvider()))
        {
            for (var i = 0; i < 100; i++)
            {
                await Assert.ThrowsAsync<Fan.Redis.Connections.RedisAwayException>(
                    async () => await link.OpenAsync(CancellationToken.None));
            }
        }

        listener.Stop();
        await accepting;
        // Each attempt opens a connection or two, and the clock stands still.
        Assert.InRange(accepted, 1, 4);
    }

    private static Task WorksAsync(ICellar cellar) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                return await cellar.EchoAsync("again") == "again";
            }
            catch (Exception error) when (error is ServiceUnavailableException or CircuitOpenException)
            {
                return false;
            }
        },
        "calls work again");
}
