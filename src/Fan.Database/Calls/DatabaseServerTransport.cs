using System.Collections.Concurrent;
using System.Globalization;
using Fan.Discovery;
using Fan.Serving;
using Microsoft.Extensions.Options;

namespace Fan.Database.Calls;

/// <summary>Takes calls over a database that both sides use. Safe from any thread.</summary>
internal sealed class DatabaseServerTransport : IServerTransport, IFrameReceiver
{
    public const string TransportName = "database";

    /// <summary>The key among the properties of an endpoint that has the number of its instance.</summary>
    public const string InstanceProperty = "mailbox";

    private readonly Mailbox _mailbox;
    private readonly FanDatabaseOptions _options;
    private readonly ConcurrentDictionary<(long Peer, long Call), DatabaseServedCall> _open = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CallServer? _server;
    private volatile bool _isStopping;

    public DatabaseServerTransport(Mailbox mailbox, IOptions<FanDatabaseOptions> options)
    {
        (_mailbox, _options) = (mailbox, options.Value);
        mailbox.Add(this);
    }

    public string Name => TransportName;

    public IEnumerable<long> Peers => _open.Keys.Select(key => key.Peer);

    public async Task StartAsync(CallServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!_options.ServeCalls || server.Services.Count == 0) return;
        try
        {
            await _mailbox.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceUnavailableException error)
        {
            throw new InvalidOperationException($"Services can't be served over the database: {error.Message}", error);
        }

        _server = server;
    }

    // A persistent endpoint must be reached under the same name after the next start, which this one is not.
    public EndpointDescription? Describe(ServedService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return _server is null || service.IsPersistent ? null : new EndpointDescription
        {
            Transport = Name,
            Methods = service.DescribeMethods(),
            Properties = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [InstanceProperty] = _mailbox.Id.ToString(CultureInfo.InvariantCulture)
            },
        };
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is null) return;
        _isStopping = true;
        CheckEmpty();
        await using (cancellationToken.UnsafeRegister(
            static server => ((DatabaseServerTransport)server!).LostAll("the application stops"), this).ConfigureAwait(false))
            await _empty.Task.ConfigureAwait(false);
    }

    public void Receive(CallFrame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Request or FrameKind.SequenceRequest: Open(frame); break;
            case FrameKind.Cancel when _open.TryGetValue((frame.Peer, frame.Call), out var call): call.Cancel(); break;
            case FrameKind.Credit when _open.TryGetValue((frame.Peer, frame.Call), out var call): call.Grant(frame.Number); break;
        }
    }

    public void Lost(long peer, string why)
    {
        foreach (var ((caller, _), call) in _open)
        {
            if (caller == peer) call.Cancel();
        }
    }

    public void LostAll(string why)
    {
        foreach (var call in _open.Values) call.BreakOff(why);
    }

    private void Open(CallFrame frame)
    {
        if (_server is not { } server || _isStopping || _open.Count >= _options.MaxServedCalls)
        {
            _mailbox.TryPost("", new CallFrame { Peer = frame.Peer, Call = frame.Call, Kind = FrameKind.Refused });
            return;
        }

        var call = new DatabaseServedCall(_mailbox, server, frame, _options.SequenceWindowBytes);
        if (!_open.TryAdd((frame.Peer, frame.Call), call)) return;
        // One that stops at this moment may have looked before this one was there: it waits for it anyway.
        call.Start(Ended);
    }

    private void Ended(DatabaseServedCall call)
    {
        _open.TryRemove((call.Peer, call.Number), out _);
        CheckEmpty();
    }

    private void CheckEmpty()
    {
        if (_isStopping && _open.IsEmpty) _empty.TrySetResult();
    }
}
