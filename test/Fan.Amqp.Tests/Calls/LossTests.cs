using System.Text;
using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Amqp.Tests.Calls;

/// <summary>Processes that are killed, connections that break, brokers that come and go.</summary>
public sealed class LossTests(RabbitServers servers) : AmqpTest
{
    [Fact]
    public async Task Calls_to_a_process_that_is_killed_end_and_others_go_on()
    {
        var server = await servers.SharedAsync();
        using var victim = ChildProcess.Start("Fan.Amqp.Worker", "serve", server.Uri);
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
            "Fan.Amqp.Worker", "call", server.Uri, Encoding.UTF8.GetString((await EndpointAsync(service)).ToJson()));
        await victim.WaitForAsync("calling");
        await Cellar.Waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        victim.Kill();
        await Cellar.Ended.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_service_that_lost_its_connection_is_called_again_and_what_it_forgot_ends()
    {
        var server = await servers.SharedAsync();
        await using var proxy = new TcpProxy(server.Port);
        await ServeAsync(proxy.Uri);
        var caller = await StartAsync("caller", server.Uri);
        var cellar = caller.Fan.Get<ICellar>();
        var waiting = cellar.WaitAsync().AsTask();
        await Cellar.Waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        proxy.Cut();
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => waiting).WaitAsync(Eventually.Deadline);
        await Cellar.Ended.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        await WorksAsync(cellar);
    }

    [Fact]
    public async Task A_caller_that_lost_its_connection_is_told_so_and_calls_again()
    {
        var server = await servers.SharedAsync();
        await using var proxy = new TcpProxy(server.Port);
        await ServeAsync(server.Uri);
        var caller = await StartAsync("caller", proxy.Uri);
        var cellar = caller.Fan.Get<ICellar>();
        var waiting = cellar.WaitAsync().AsTask();
        await Cellar.Waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        proxy.Cut();
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => waiting).WaitAsync(Eventually.Deadline);
        await Cellar.Ended.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        await WorksAsync(cellar);
    }

    [Fact]
    public async Task A_broker_that_is_killed_midway_breaks_calls_off_and_is_used_again_when_it_is_back()
    {
        var server = await servers.DisturbedAsync();
        await ServeAsync(server.Uri);
        var caller = await StartAsync("caller", server.Uri);
        var cellar = caller.Fan.Get<ICellar>();
        var waiting = cellar.WaitAsync().AsTask();
        await Cellar.Waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        await server.KillAsync();
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => waiting).WaitAsync(Eventually.Deadline);
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await cellar.EchoAsync("x"));
        await server.StartAsync();
        await server.ServesAsync();
        await WorksAsync(cellar);
    }

    [Fact]
    public async Task Applications_that_start_while_the_broker_is_away_become_ready_by_themselves()
    {
        var server = await servers.DisturbedAsync();
        await server.KillAsync();
        try
        {
            await ServeAsync(server.Uri);
            var caller = await StartAsync("caller", server.Uri);
            await caller.SeesAsync("cellar", 1);
            var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.Get<ICellar>().EchoAsync("x"));
            Assert.DoesNotContain("guest", error.ToString(), StringComparison.Ordinal);
            await server.StartAsync();
            await server.ServesAsync();
            await WorksAsync(caller.Fan.Get<ICellar>());
        }
        finally
        {
            if (!server.IsRunning)
            {
                await server.StartAsync();
                await server.ServesAsync();
            }
        }
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
