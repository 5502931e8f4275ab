using Microsoft.Extensions.Logging;

namespace Fan.ZooKeeper.Client;

/// <summary>
/// Makes a connection that is ready for requests: session, credentials, watches, and everything seen that was committed before. For one
/// owner task.
/// </summary>
internal sealed class SessionOpener(ZooKeeperClientOptions options, WatchTable watches, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan LeastAttempt = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(10);

    /// <summary>What is shown to the next server; changes with each session.</summary>
    public SessionTicket Ticket { get; private set; } = SessionTicket.New(options.SessionTimeout);

    /// <summary>The last transaction that the session has seen.</summary>
    public long LastZxid { get; set; }

    // Slow servers must leave time for the others before the session is over.
    private TimeSpan AttemptLimit =>
        TimeSpan.FromTicks(Math.Clamp(options.SessionTimeout.Ticks / options.Servers.Count, LeastAttempt.Ticks, LongestAttempt.Ticks));

    /// <summary>The session has expired: the next one is a new one.</summary>
    public void Forget() => Ticket = SessionTicket.New(options.SessionTimeout);

    /// <summary>Tries one server.</summary>
    /// <exception cref="SessionExpiredException">It does not know the session any more.</exception>
    /// <exception cref="NoStoreException">The chroot must exist and does not; the session was closed.</exception>
    /// <exception cref="ConnectionEndedException">It can't be used; the message says why.</exception>
    public async Task<OpenSession> OpenAsync(ServerAddress server, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AttemptLimit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await TryOpenAsync(server, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectionEndedException($"{server} did not open a session within {AttemptLimit.TotalMilliseconds:F0} ms.", error);
        }
        catch (ConnectionLossException error)
        {
            throw new ConnectionEndedException(error.Message, error);
        }
    }

    private async Task<OpenSession> TryOpenAsync(ServerAddress server, CancellationToken cancellationToken)
    {
        var stream = await ServerDialer.ConnectAsync(server, options.Tls, cancellationToken).ConfigureAwait(false);
        EnsembleConnection? connection = null;
        try
        {
            var isNew = Ticket.SessionId == 0;
            Ticket = await Handshake.ExchangeAsync(stream, Ticket, LastZxid, server.ToString(), cancellationToken).ConfigureAwait(false);
            connection = new EnsembleConnection(stream, server.ToString(), Ticket, LastZxid, options, clock, watches.Dispatch);
            var armed = await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
            if (isNew) ClientLog.SessionOpened(logger, Ticket.SessionId, connection.Server, Ticket.Timeout);
            else ClientLog.SessionResumed(logger, Ticket.SessionId, connection.Server);
            return new OpenSession(connection, Ticket, armed);
        }
        catch (Exception error)
        {
            if (connection is null) await stream.DisposeAsync().ConfigureAwait(false);
            else await EndAsync(connection, error, closes: error is NoStoreException, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<List<string>> PrepareAsync(EnsembleConnection connection, CancellationToken cancellationToken)
    {
        foreach (var (scheme, credentials) in options.Credentials)
        {
            var auth = await AskAsync(connection, new AuthRequest(scheme, credentials), scheme, cancellationToken).ConfigureAwait(false);
            if (auth is { } code)
            {
                throw new ConnectionEndedException($"{connection.Server} did not accept the '{scheme}' credentials ({code}).");
            }
        }

        var (paths, answers) = watches.SendAll(connection, options.Chroot, LastZxid);
        foreach (var answer in answers) await answer.WaitAsync(cancellationToken).ConfigureAwait(false);

        // What was in flight when the last connection broke is done by now or never will be; from here on every read shows which.
        if (await AskAsync(connection, new SyncRequest("/"), "sync", cancellationToken).ConfigureAwait(false) is { } refusal)
            throw new ConnectionEndedException($"{connection.Server} does not give a session: {refusal}.");
        await EnsureChrootAsync(connection, cancellationToken).ConfigureAwait(false);
        return paths;
    }

    /// <summary>Makes the chroot where it is missing: somebody may have deleted it. Safe from any thread.</summary>
    /// <returns>Whether it was missing.</returns>
    /// <exception cref="ConnectionEndedException">It can't be made.</exception>
    public async Task<bool> EnsureChrootAsync(EnsembleConnection connection, CancellationToken cancellationToken)
    {
        if (options.Chroot.Length == 0) return false;
        var root = new ExistsRequest("/");
        Send(connection, root);
        if (await root.Done.WaitAsync(cancellationToken).ConfigureAwait(false) is not null) return false;
        if (options.ChrootMustExist)
        {
            throw new NoStoreException(
                $"There is no store at '{options.Chroot}' on {connection.Server}: no application has made one there. " +
                "Name the one that the services use.");
        }

        for (var end = options.Chroot.IndexOf('/', 1); ; end = options.Chroot.IndexOf('/', end + 1))
        {
            var part = end < 0 ? options.Chroot : options.Chroot[..end];
            var refusal = await AskAsync(
                connection, new CreateChrootRequest(part, options.Access), part, cancellationToken).ConfigureAwait(false);
            if (refusal is not (null or ErrorCode.NodeExists or ErrorCode.NoAuth))
            {
                throw new ConnectionEndedException($"The chroot '{part}' can't be made on {connection.Server}: {refusal}.");
            }

            if (end >= 0) continue;
            if (refusal == ErrorCode.NoAuth)
            {
                throw new ConnectionEndedException(
                    $"The chroot '{part}' is missing on {connection.Server}, and these credentials may not create it.");
            }

            return true;
        }
    }

    private static async Task<ErrorCode?> AskAsync<T>(
        EnsembleConnection connection, Request<T> request, string subject, CancellationToken cancellationToken)
    {
        Send(connection, request);
        try
        {
            await request.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Code;
        }
        catch (MalformedReplyException error)
        {
            throw new ConnectionEndedException(
                $"{connection.Server} sent a reply to '{subject}' that breaks the protocol: {error.Message}.", error);
        }
    }

    private static void Send(EnsembleConnection connection, Request request)
    {
        if (!connection.TrySend(request)) throw new ConnectionEndedException($"{connection.Server} ended the connection.");
    }

    private async Task EndAsync(EnsembleConnection connection, Exception error, bool closes, CancellationToken cancellationToken)
    {
        var close = new CloseSessionRequest();
        try
        {
            if (closes && connection.TrySend(close)) await close.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ZooKeeperException or OperationCanceledException)
        {
            // The session ends by itself then.
            ClientLog.CloseFailed(logger, failure.Message);
        }

        if (closes) Forget();
        connection.End(error);
        await connection.Ended.ConfigureAwait(false);
    }
}

/// <summary>A session on a connection that is ready for requests.</summary>
/// <param name="Connection">Where the requests go.</param>
/// <param name="Ticket">The session.</param>
/// <param name="Armed">The watched paths that were armed on it.</param>
internal sealed record OpenSession(EnsembleConnection Connection, SessionTicket Ticket, List<string> Armed);
