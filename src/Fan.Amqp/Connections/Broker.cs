using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Amqp.Connections;

/// <summary>The application's connections to its broker. Safe from any thread.</summary>
/// <remarks>Two, as the broker stops reading from connections that publish when it runs short of memory: what comes in must be able to go on.</remarks>
internal sealed class Broker(IOptions<FanAmqpOptions> options, IOptions<FanOptions> application, TimeProvider clock, ILogger<Broker> logger) : IAsyncDisposable, IDisposable
{
    private readonly BrokerAddress _address = new(options.Value, application.Value.Limits);

    /// <summary>For calls and pushes to others.</summary>
    public BrokerConnection Outgoing => field ??= New("calls");

    /// <summary>For calls and messages from others.</summary>
    public BrokerConnection Incoming => field ??= New("serves");

    public void Dispose()
    {
        Outgoing.Dispose();
        Incoming.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await Outgoing.DisposeAsync().ConfigureAwait(false);
        await Incoming.DisposeAsync().ConfigureAwait(false);
    }

    private BrokerConnection New(string purpose) => new(_address, $"{application.Value.Name} {purpose}", clock, logger);
}
