using Fan.Lifetime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Amqp.Connections;

/// <summary>The application's connections to its broker. Safe from any thread.</summary>
/// <remarks>
/// Two, as the broker stops reading from connections that publish when it runs short of memory: what comes in must be able to go on.
/// </remarks>
internal sealed class Broker : IAsyncDisposable, IDisposable
{
    private readonly StopBudget _budget;

    public Broker(
        IOptions<FanAmqpOptions> options, IOptions<FanOptions> application, StopBudget budget, TimeProvider clock, ILogger<Broker> logger)
    {
        _budget = budget;
        // Neither connects before it is used.
        var address = new BrokerAddress(options.Value, application.Value.Limits);
        Outgoing = new BrokerConnection(address, $"{application.Value.Name} calls", clock, logger);
        Incoming = new BrokerConnection(address, $"{application.Value.Name} serves", clock, logger);
    }

    /// <summary>For calls and pushes to others.</summary>
    public BrokerConnection Outgoing { get; }

    /// <summary>For calls and messages from others.</summary>
    public BrokerConnection Incoming { get; }

    public void Dispose()
    {
        Outgoing.Dispose();
        Incoming.Dispose();
    }

    // At once, so that a broker that does not answer is waited for once.
    public async ValueTask DisposeAsync() =>
        await EndAsync(
            "closing the connections with RabbitMQ",
            () => Task.WhenAll(Outgoing.DisposeAsync().AsTask(), Incoming.DisposeAsync().AsTask())).ConfigureAwait(false);

    /// <summary>Waits for an end as long as the application's stop has time.</summary>
    public Task EndAsync(string what, Func<Task> end) => _budget.EndAsync(what, end);
}
