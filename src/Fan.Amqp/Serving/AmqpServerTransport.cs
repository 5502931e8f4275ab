using Fan.Amqp.Calling;
using Fan.Amqp.Connections;
using Fan.Amqp.Messages;
using Fan.Brokers;
using Fan.Discovery;
using Fan.Serving;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Amqp.Serving;

/// <summary>Takes calls from a queue of this process's own. One owner task keeps it at the broker. Safe from any thread.</summary>
internal sealed class AmqpServerTransport(
    Broker broker,
    IOptions<FanAmqpOptions> options,
    IOptions<FanOptions> application,
    TimeProvider clock,
    ILogger<AmqpServerTransport> logger)
    : IServerTransport, IAsyncDisposable, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    // The same after a reconnection, as callers know it.
    private readonly string _queue = AmqpTopology.NewQueue(application.Value.Name!);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<ServingLink?>? _running;
    private bool _isDisposed;

    public string Name => "amqp";

    public async Task StartAsync(CallServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!options.Value.Serve || server.Services.Count == 0) return;
        _running = Task.Run(() => RunAsync(server), CancellationToken.None);
        // A broker that is away does not keep the application from starting.
        await _settled.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    // A queue of this process does not outlive it, which a persistent endpoint must.
    public EndpointDescription? Describe(ServedService service)
    {
        if (_running is null || service.IsPersistent) return null;
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [AmqpTarget.QueueProperty] = _queue,
            [AmqpTarget.ExchangeProperty] = AmqpTopology.Exchange,
            [AmqpTarget.ExchangeTypeProperty] = "direct",
        };
        if (AmqpTopology.MicroFanKey(_queue, service.Name.Canonical) is { } key) properties[AmqpTarget.RoutingKeyProperty] = key;
        return new EndpointDescription
        {
            Transport = Name,
            Methods = service.DescribeMethods(),
            Properties = properties,
        };
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_running is null) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (await _running.ConfigureAwait(false) is not { } link) return;
        await link.DrainAsync(cancellationToken).ConfigureAwait(false);
        await link.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _isDisposed, true)) _stopping.Cancel();
    }

    // The container has it under two names, and so disposes it twice.
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true)) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await broker.EndAsync("leaving the queue of calls at RabbitMQ", EndAsync).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task EndAsync()
    {
        if (_running is not null && await _running.ConfigureAwait(false) is { Ended.IsCompleted: false } link)
        {
            await link.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Until it stops: then the link that there is at that moment.
    private async Task<ServingLink?> RunAsync(CallServer server)
    {
        var pause = new BackOff(clock);
        while (!_stopping.IsCancellationRequested)
        {
            ServingLink link;
            try
            {
                link = await OpenAsync(server).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                if (_stopping.IsCancellationRequested) return null;
                BrokerLog.NotOffered(logger, broker.Incoming.Where, error.Message);
                _settled.TrySetResult();
                await pause.WaitAsync(_stopping.Token).ConfigureAwait(false);
                continue;
            }

            BrokerLog.Offered(logger, broker.Incoming.Where, _queue);
            _settled.TrySetResult();
            pause.Reset();
            await ((Task)link.Ended.WaitAsync(_stopping.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested) return link;
            await link.DisposeAsync().ConfigureAwait(false);
            await pause.WaitAsync(_stopping.Token).ConfigureAwait(false);
        }

        return null;
    }

    private async Task<ServingLink> OpenAsync(CallServer server)
    {
        var opening = broker.Incoming.OpenAsync(_stopping.Token);
        try
        {
            await opening.ConfigureAwait(false);
        }
        catch (BrokerAwayException)
        {
            // Its log has it.
            _settled.TrySetResult();
        }

        var connection = await broker.Incoming.OpenedAsync(_stopping.Token).ConfigureAwait(false);
        return await ServingLink.OpenAsync(connection, server, _queue, options.Value, clock, logger, _stopping.Token).ConfigureAwait(false);
    }
}
