using System.Buffers;
using Fan.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Fan.Http.Serving;

/// <summary>
/// Tells HTTP/2 with prior knowledge from HTTP/1.1 by the first bytes of a connection, so that one port takes both without TLS.
/// Until then the place of a connection may be given to others. Runs before Kestrel's own reading, and consumes nothing. Safe from any
/// thread.
/// </summary>
/// <param name="limits">For patience.</param>
/// <param name="seats">The places of the connections.</param>
/// <param name="http2">Takes those that speak HTTP/2; null where TLS has said already what they speak.</param>
/// <param name="clock">For patience.</param>
internal sealed class ProtocolDetection(KestrelServerLimits limits, ConnectionSeats seats, Http2Handover? http2, TimeProvider clock)
{
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>What runs for each connection; returns when the connection has ended.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var said = await DetectAsync(connection, limits.KeepAliveTimeout).ConfigureAwait(false);
        if (said == HttpProtocols.None || !seats.TrySettle(connection.Features.GetRequiredFeature<ConnectionSeat>())) return;
        if (said == HttpProtocols.Http2 && http2 is not null) await http2.TakeOverAsync(connection).ConfigureAwait(false);
        else await next(connection).ConfigureAwait(false);
    }

    /// <summary>Nothing where the connection is to be closed: its peer went away or said too little in time, or the server stops.</summary>
    internal async Task<HttpProtocols> DetectAsync(ConnectionContext connection, TimeSpan longest)
    {
        // A connection may stand ready for long before its first request; one that has begun to speak may not hesitate.
        using var patience = new CancellationTokenSource(longest, clock);
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested
            ?? CancellationToken.None;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(waiting.Token).ConfigureAwait(false);
                var known = Decide(read.Buffer);
                // Bytes that are not marked as examined are given again at once.
                input.AdvanceTo(read.Buffer.Start, known is null ? read.Buffer.End : read.Buffer.Start);
                if (known is { } protocol) return protocol;
                if (read.IsCompleted) return read.Buffer.IsEmpty ? HttpProtocols.None : HttpProtocols.Http1;
                if (!read.Buffer.IsEmpty && limits.RequestHeadersTimeout < longest) patience.CancelAfter(limits.RequestHeadersTimeout);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            return HttpProtocols.None;
        }
    }

    /// <summary>Null while the bytes may still become the preface of HTTP/2.</summary>
    private static HttpProtocols? Decide(in ReadOnlySequence<byte> bytes)
    {
        Span<byte> beginning = stackalloc byte[Preface.Length];
        var count = (int)Math.Min(bytes.Length, beginning.Length);
        bytes.Slice(0, count).CopyTo(beginning);
        if (!Preface.StartsWith(beginning[..count])) return HttpProtocols.Http1;
        return count == Preface.Length ? HttpProtocols.Http2 : null;
    }
}
