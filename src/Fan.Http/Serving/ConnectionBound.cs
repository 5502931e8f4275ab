using System.IO.Pipelines;
using Fan.Http.Problems;
using Fan.Messaging;
using Fan.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Fan.Http.Serving;

/// <summary>
/// Holds the number of connections within a bound, and tells those beyond it in their own protocol that nothing of theirs was read. Safe
/// from any thread.
/// </summary>
/// <param name="most">How many there may be.</param>
/// <param name="seats">Their places: as many.</param>
/// <param name="detection">Tells the protocols apart; null where TLS hides them, and those beyond are closed.</param>
/// <param name="clock">For patience, and for what is said in the log.</param>
/// <param name="logger">The log.</param>
internal sealed class ConnectionBound(int most, ConnectionSeats seats, ProtocolDetection? detection, TimeProvider clock, ILogger logger)
{
    // Whoever comes beyond these too is closed without a word.
    private const int MostBeingTold = 64;

    // Beyond the bound nobody may hesitate for long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    // Empty settings, and the end of the connection, before any stream of it, for the reason REFUSED_STREAM.
    private static readonly byte[] GoAway = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Http2Refused];

    private int _beingTold;
    private long _said;

    /// <summary>The code of HTTP/2 for what was not begun. Kestrel ends no connection with it.</summary>
    public const byte Http2Refused = 7;

    /// <summary>What runs for each connection; returns when it has ended.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // By the pool: what the end of a connection sets off must not hold up whoever accepts.
        var seat = seats.TryTake(() => ThreadPool.UnsafeQueueUserWorkItem(
            static silent => silent.Abort(new ConnectionAbortedException("it said nothing, and others needed its place")),
            connection,
            preferLocal: false));
        if (seat is null)
        {
            await RefuseAsync(connection).ConfigureAwait(false);
            return;
        }

        connection.Features.Set(seat);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            seats.Leave(seat);
        }
    }

    private async Task RefuseAsync(ConnectionContext connection)
    {
        Say();
        try
        {
            if (Interlocked.Increment(ref _beingTold) > MostBeingTold || detection is null) return;
            var said = await detection.DetectAsync(connection, Patience).ConfigureAwait(false);
            if (said == HttpProtocols.None) return;
            await connection.Transport.Output.WriteAsync(said == HttpProtocols.Http2 ? GoAway : Reply()).ConfigureAwait(false);
            await DrainAsync(connection.Transport.Input).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // It went away by itself.
        }
        finally
        {
            Interlocked.Decrement(ref _beingTold);
        }
    }

    // Closed while its peer still sends, a connection is reset, and what it was told is lost on the way.
    private async Task DrainAsync(PipeReader input)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        while (true)
        {
            var read = await input.ReadAsync(patience.Token).ConfigureAwait(false);
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private byte[] Reply()
    {
        var problem = Problem.From(
            new WireError
            {
                Code = ErrorCodes.Unavailable,
                Message = $"{most} connections are open already ({nameof(FanHttpOptions.MaxConnections)}); nothing was read.",
                Place = nameof(FanHttpOptions.MaxConnections)
            },
            StatusCodes.Status503ServiceUnavailable).ToJson();
        return [
            .. System.Text.Encoding.ASCII.GetBytes(
                $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: {Problem.MediaType}\r\nContent-Length: " +
                $"{problem.Length}\r\nConnection: close\r\n\r\n"),
            .. problem
        ];
    }

    private void Say()
    {
        var said = Volatile.Read(ref _said);
        if ((said != 0 && clock.GetElapsedTime(said) < LogInterval)
            || Interlocked.CompareExchange(ref _said, clock.GetTimestamp(), said) != said)
        {
            return;
        }

        ConnectionBoundLog.Full(logger, most);
    }
}

internal static partial class ConnectionBoundLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Most} HTTP connections are open, which is Fan:Http:MaxConnections: further ones are refused")]
    public static partial void Full(ILogger logger, int most);
}
