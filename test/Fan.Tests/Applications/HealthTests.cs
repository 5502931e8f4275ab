using Fan.Coordination;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Fan.Tests.Applications;

public sealed class HealthTests
{
    [Fact]
    public async Task Before_the_start_nothing_is_healthy_and_while_it_starts_health_can_be_asked()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var fan = builder.Services.AddFan(options => options.Name = "one")
            .UseStore(_ => new MemoryCoordinationStore(new MemoryTree()))
            .AddService<ICellar>(_ => new Cellar()).AddService<ITill, Till>();
        builder.Services.AddSingleton<Fan.Serving.IServerTransport>(new LoopServer(new LoopNetwork()));
        using var host = builder.Build();
        var health = host.Services.GetRequiredService<HealthCheckService>();
        var before = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HealthStatus.Unhealthy, "it has not started yet"), (before.Status, before.Entries["fan"].Description));

        var starting = host.StartAsync(TestContext.Current.CancellationToken);
        while (!starting.IsCompleted)
        {
            Assert.Null((await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["fan"].Exception);
        }
        await starting;
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);

        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Contains(
            "stopping",
            (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["fan"].Description,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscriber_that_can_t_be_made_fails_the_start()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(
            new MemoryTree(), new LoopNetwork(), "ledger", fan =>
            {
                fan.Services.AddSingleton<Queues.Ledger>(_ => throw new InvalidOperationException("no ledger"));
                fan.AddSubscriptions<Queues.Ledger>();
            }));
        Assert.Equal("no ledger", error.Message);
    }

    [Fact]
    public void What_could_not_be_made_is_tried_again()
    {
        var attempts = 0;
        using var services = new ServiceCollection().BuildServiceProvider();
        var implementation = new Fan.Serving.ServiceImplementation(
            _ => ++attempts == 1 ? throw new InvalidOperationException("not yet") : new object(), ServiceLifetime.Singleton, services);
        Assert.Throws<InvalidOperationException>(() => implementation.Shared);
        Assert.Same(implementation.Shared, implementation.Shared);
        Assert.Equal(2, attempts);
    }
}
