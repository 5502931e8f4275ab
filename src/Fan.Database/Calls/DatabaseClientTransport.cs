using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Fan.Database.Engines;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Transports;
using Microsoft.Extensions.Options;

namespace Fan.Database.Calls;

/// <summary>Carries calls over a database that both sides use. Safe from any thread.</summary>
internal sealed class DatabaseClientTransport : IClientTransport, IFrameReceiver
{
    private readonly Mailbox _mailbox;
    private readonly int _window;
    private readonly ConcurrentDictionary<long, OpenCall> _open = new();
    private long _calls;

    public DatabaseClientTransport(Mailbox mailbox, IOptions<FanDatabaseOptions> options)
    {
        (_mailbox, _window) = (mailbox, options.Value.SequenceWindowBytes);
        mailbox.Add(this);
    }

    public string Name => DatabaseServerTransport.TransportName;

    public IEnumerable<long> Peers => _open.Values.Select(call => call.Peer);

    public async ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var open = new UnaryCall(InstanceOf(call), call);
        await SendAsync(open, FrameKind.Request, 0, cancellationToken).ConfigureAwait(false);
        try
        {
            return await open.Reply.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync(open).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<ReplyPayload> StreamAsync(OutgoingCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var open = new SequenceCall(InstanceOf(call), call, _window, _mailbox);
        await SendAsync(open, FrameKind.SequenceRequest, _window, cancellationToken).ConfigureAwait(false);
        try
        {
            await foreach (var item in open.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return item;
        }
        finally
        {
            await EndAsync(open).ConfigureAwait(false);
        }
    }

    public void Receive(CallFrame frame)
    {
        if (frame.Kind >= FrameKind.Reply && _open.TryGetValue(frame.Call, out var call) && call.Peer == frame.Peer) call.Receive(frame);
    }

    public void Lost(long peer, string why)
    {
        foreach (var call in _open.Values)
        {
            if (call.Peer == peer) call.Fail(BrokenOff(call.Call, why));
        }
    }

    public void LostAll(string why)
    {
        foreach (var call in _open.Values) call.Fail(BrokenOff(call.Call, why));
    }

    private async ValueTask SendAsync(OpenCall open, FrameKind kind, long credit, CancellationToken cancellationToken)
    {
        var call = open.Call;
        await _mailbox.OpenAsync(cancellationToken).ConfigureAwait(false);
        open.Number = Interlocked.Increment(ref _calls);
        _open[open.Number] = open;
        try
        {
            var frame = new CallFrame
            {
                Peer = open.Peer,
                Call = open.Number,
                Kind = kind,
                Number = credit,
                Method = $"{call.Service}/{call.Method}",
                ContentType = call.ContentType,
                Headers = MessageText.Write(call.Headers),
                // The caller's buffer is its own again when it is cancelled, and the frame may still wait then.
                Body = call.Payload.ToArray(),
            };
            if (!await _mailbox.SendAsync(call.Service, frame, cancellationToken).ConfigureAwait(false))
            {
                open.HasEnded = true;
                throw new EndpointUnreachableException(
                    call.Endpoint, $"{call.Endpoint} takes no calls: its process has no row in the database any more.");
            }
        }
        catch
        {
            await EndAsync(open).ConfigureAwait(false);
            throw;
        }
    }

    // Who leaves before the end tells the far end.
    private async ValueTask EndAsync(OpenCall open)
    {
        _open.TryRemove(open.Number, out _);
        if (!open.HasEnded)
        {
            await _mailbox.PostAsync(
                open.Call.Service, new CallFrame { Peer = open.Peer, Call = open.Number, Kind = FrameKind.Cancel }).ConfigureAwait(false);
        }
    }

    private static long InstanceOf(OutgoingCall call) =>
        call.Endpoint.Description.Properties.TryGetValue(DatabaseServerTransport.InstanceProperty, out var text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var instance)
            ? instance
            : throw new EndpointUnreachableException(call.Endpoint, $"Endpoint {call.Endpoint.Id} does not say which instance it is.");

    private static ServiceUnavailableException BrokenOff(OutgoingCall call, string why) =>
        new(call.Service, $"The call of '{call.Service}.{call.Method}' broke off: {why}.");
}
