using Fan.Amqp.Tests.Servers;
using Fan.Conformance.Queues;
using Fan.Queues;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Amqp.Tests.Queues;

/// <summary>Transports on one broker, each as another process would have it.</summary>
internal sealed class QueueHarness(RabbitServer server) : IDurableQueueHarness
{
    private readonly List<(ServiceProvider Services, IQueueTransport Transport, TcpProxy Proxy)> _opened = [];

    public Task<IQueueTransport> OpenAsync()
    {
        var proxy = new TcpProxy(server.Port);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddFan(options => options.Name = "tests").AddAmqp(options => options.Uri = proxy.Uri);
        var provider = services.BuildServiceProvider();
        var transport = provider.GetRequiredService<IQueueTransport>();
        _opened.Add((provider, transport, proxy));
        return Task.FromResult(transport);
    }

    public Task CrashAsync(IQueueTransport transport)
    {
        // To the broker it is the same: the connections end, and nothing more comes.
        _opened.Single(opened => opened.Transport == transport).Proxy.Die();
        return Task.CompletedTask;
    }

    /// <summary>Cuts the connections that a transport has; it may make new ones.</summary>
    public void Cut(IQueueTransport transport) => _opened.Single(opened => opened.Transport == transport).Proxy.Cut();

    /// <summary>Ends one as its application would.</summary>
    public async Task CloseAsync(IQueueTransport transport) =>
        await _opened.Single(opened => opened.Transport == transport).Services.DisposeAsync();

    public async Task RestartAsync()
    {
        await server.KillAsync();
        await server.StartAsync();
        await server.ServesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (services, _, proxy) in _opened)
        {
            await services.DisposeAsync();
            await proxy.DisposeAsync();
        }
    }
}
