using Fan.Ipc.Connections;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Ipc.Calling;

/// <summary>
/// One address that is called, and the connection to it: opened by the first call, shared by all, opened again after it broke. Safe from
/// any thread.
/// </summary>
internal sealed class WirePeer(
    string name, Func<CancellationToken, ValueTask<WireLink>> connect, WireSettings settings, Action<WirePeer> connecting) : IDisposable
{
    // A peer that takes connections and ends them at once is no peer.
    private const int MaxAttempts = 3;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly List<ClientConnection> _leaving = [];
    private ClientConnection? _connection;
    private Task<ClientConnection>? _connecting;

    /// <summary>Its address.</summary>
    public string Name => name;

    /// <summary>Whether it was connected to, or should have been, and is not any more.</summary>
    public bool IsGone
    {
        get
        {
            lock (_gate) return _connecting is { IsCompleted: true } && _connection is null or { Broken: not null };
        }
    }

    /// <summary>Sends a call. Errors as for <see cref="IClientTransport.CallAsync"/>.</summary>
    public ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _connection) is { } connection && connection.TrySend(call, cancellationToken, out var reply) == Sending.Sent)
        {
            return reply;
        }

        return CallSlowlyAsync(call, cancellationToken);
    }

    /// <summary>Sends a call whose reply is a sequence.</summary>
    public async ValueTask<ClientSequence> OpenAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        for (var attempts = 0; ;)
        {
            var connection = await ConnectedAsync(call, cancellationToken).ConfigureAwait(false);
            var state = connection.TrySend(call, out var sequence);
            if (state == Sending.Sent) return sequence!;
            if (state == Sending.Full) await connection.ChangeAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            else if (++attempts == MaxAttempts) throw Gone(call, connection);
        }
    }

    public void Dispose()
    {
        List<ClientConnection> open;
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested) return;
            _disposed.Cancel();
            open = _connection is null ? [.. _leaving] : [.. _leaving, _connection];
        }

        var stopped = new ObjectDisposedException(nameof(IClientTransport), "the calling application has stopped");
        foreach (var connection in open) connection.Close(stopped);
    }

    private async ValueTask<ReplyPayload> CallSlowlyAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        for (var attempts = 0; ;)
        {
            var connection = await ConnectedAsync(call, cancellationToken).ConfigureAwait(false);
            var state = connection.TrySend(call, cancellationToken, out var reply);
            if (state == Sending.Sent) return await reply.ConfigureAwait(false);
            if (state == Sending.Full) await connection.ChangeAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            else if (++attempts == MaxAttempts) throw Gone(call, connection);
        }
    }

    private static EndpointUnreachableException Gone(OutgoingCall call, ClientConnection connection)
    {
        if (connection.GoesAway) call.Endpoint.Leave();
        return new EndpointUnreachableException(
            call.Endpoint, $"{call.Endpoint} takes no calls: {connection.Broken?.Message ?? "it goes away"}", connection.Broken);
    }

    private async ValueTask<ClientConnection> ConnectedAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        Task<ClientConnection> opening;
        lock (_gate)
        {
            if (_connection is { IsUsable: true } usable) return usable;
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            if (_connecting is null or { IsCompleted: true })
            {
                // No call's context or cancellation may reach what others share.
                using (ExecutionContext.SuppressFlow()) _connecting = Task.Run(ConnectAsync, CancellationToken.None);
            }

            opening = _connecting;
        }

        try
        {
            return await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (Volatile.Read(ref _connection) is { GoesAway: true }) call.Endpoint.Leave();
            throw new EndpointUnreachableException(call.Endpoint, $"{call.Endpoint} can't be reached: {error.Message}", error);
        }
    }

    private async Task<ClientConnection> ConnectAsync()
    {
        using var time = new CancellationTokenSource(settings.Options.ConnectTimeout, settings.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, _disposed.Token);
        ClientConnection? connection = null;
        connecting(this);
        try
        {
            connection = new ClientConnection(await connect(either.Token).ConfigureAwait(false), settings);
            connection.Start();
            await connection.Greeted.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested)
        {
            var late = new TimeoutException($"{name} did not answer within {settings.Options.ConnectTimeout.TotalSeconds:0.###} s");
            connection?.Close(late);
            throw late;
        }
        catch (Exception error)
        {
            connection?.Close(error);
            throw;
        }

        lock (_gate)
        {
            // Its last calls may not have ended.
            _leaving.RemoveAll(old => old.Ended.IsCompleted);
            if (_connection is { Ended.IsCompleted: false } before) _leaving.Add(before);
            Volatile.Write(ref _connection, connection);
            if (!_disposed.IsCancellationRequested) return connection;
        }

        var stopped = new ObjectDisposedException(nameof(IClientTransport), "the calling application has stopped");
        connection.Close(stopped);
        throw stopped;
    }
}
