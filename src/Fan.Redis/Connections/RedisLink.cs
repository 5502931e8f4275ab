using System.Diagnostics.CodeAnalysis;
using Fan.Brokers;
using StackExchange.Redis;

namespace Fan.Redis.Connections;

/// <summary>
/// One connection to the server: made when it is first wanted, kept by the client library from then on. Safe from any thread.
/// </summary>
internal sealed class RedisLink(ConfigurationOptions configuration, int database, string where, TimeProvider clock) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly BackOff _pause = new(clock, TimeSpan.FromSeconds(1));
    private long _resumes;
    private Task<ConnectionMultiplexer>? _connecting;
    private bool _isDisposed;
    private volatile string? _trouble;
    private IDatabase? _database;
    private int _generation;

    /// <summary>Where the server is, for people.</summary>
    public string Where => where;

    /// <summary>Why it can't be used at the moment; null when nothing is known to be wrong.</summary>
    public string? Trouble => _trouble;

    /// <summary>Changes with each connection that is made.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>The connection.</summary>
    /// <exception cref="RedisAwayException">There is none.</exception>
    public async ValueTask<ConnectionMultiplexer> OpenAsync(CancellationToken cancellationToken)
    {
        Task<ConnectionMultiplexer> connecting;
        lock (_gate)
        {
            if (_isDisposed) throw new RedisAwayException("The application has stopped.", wasNotSent: true, null);
            // No call's context may reach what others share.
            // While the server is away calls are told what the last attempt ended with, until the next one is due.
            if (_connecting is null || (_connecting is { IsFaulted: true } or { IsCanceled: true } && clock.GetTimestamp() >= _resumes))
            {
                using (ExecutionContext.SuppressFlow()) _connecting = Task.Run(ConnectAsync, CancellationToken.None);
            }

            connecting = _connecting;
        }

        try
        {
            return await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisErrors.IsOne(error))
        {
            throw Away(error, wasNotSent: true);
        }
    }

    /// <summary>
    /// Sends a command on the connection that was opened; false where none was yet. What the task ends with is for <see cref="Explain"/>.
    /// </summary>
    public bool TrySend(string command, ICollection<object> arguments, [NotNullWhen(true)] out Task<RedisResult>? sending)
    {
        sending = null;
        if (Volatile.Read(ref _database) is not { } open) return false;
        try
        {
            sending = open.ExecuteAsync(command, arguments);
        }
        catch (Exception error) when (RedisErrors.IsOne(error))
        {
            sending = Task.FromException<RedisResult>(error);
        }

        return true;
    }

    /// <summary>A command was answered.</summary>
    public void Answered()
    {
        if (_trouble is not null) _trouble = null;
    }

    /// <summary>What a command of <see cref="TrySend"/> ended with, for people.</summary>
    public RedisAwayException Explain(Exception error) => Away(error, RedisErrors.WasNotSent(error));

    /// <summary>Runs a command, or several that are sent at once.</summary>
    /// <exception cref="RedisAwayException">The server can't be reached, or refused.</exception>
    public async ValueTask<T> RunAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        Task<T>? running = null;
        try
        {
            running = command(connection.GetDatabase(database));
            var result = await running.WaitAsync(cancellationToken).ConfigureAwait(false);
            Answered();
            return result;
        }
        catch (Exception error) when (RedisErrors.IsOne(error))
        {
            throw Away(error, RedisErrors.WasNotSent(error));
        }
        catch (OperationCanceledException) when (running is not null)
        {
            // Nobody looks at what becomes of it.
            _ = running.ContinueWith(
                static task => task.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>The same for a script.</summary>
    public ValueTask<RedisResult> RunAsync(string script, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken) =>
        RunAsync(database => database.ScriptEvaluateAsync(script, keys, arguments), cancellationToken);

    /// <summary>Listens to a channel; the client library does so again after each reconnection.</summary>
    /// <exception cref="RedisAwayException">The server can't be reached, or refused.</exception>
    public async ValueTask<ConnectionMultiplexer> SubscribeAsync(
        RedisChannel channel, Action<RedisValue> handler, TimeProvider clock, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var begun = clock.GetTimestamp();
        while (true)
        {
            var subscriber = connection.GetSubscriber();
            var isGivenUp = false;
            Action<RedisChannel, RedisValue> deliver = (_, body) =>
            {
                if (!Volatile.Read(ref isGivenUp)) handler(body);
            };
            var succeeded = false;
            try
            {
                await subscriber.SubscribeAsync(channel, deliver).WaitAsync(cancellationToken).ConfigureAwait(false);
                succeeded = true;
                return connection;
            }
            catch (Exception error) when (RedisErrors.IsOne(error))
            {
                // Channels have a connection of their own, which may be a little later.
                if (!RedisErrors.WasNotSent(error) || clock.GetElapsedTime(begun).TotalMilliseconds > configuration.ConnectTimeout)
                {
                    throw Away(error, RedisErrors.WasNotSent(error));
                }

                await Task.Delay(TimeSpan.FromMilliseconds(10), clock, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                // The client library keeps what failed, and would deliver each message once more for each attempt.
                if (!succeeded)
                {
                    Volatile.Write(ref isGivenUp, true);
                    Forget(subscriber, channel, deliver);
                }
            }
        }
    }

    private static void Forget(ISubscriber subscriber, RedisChannel channel, Action<RedisChannel, RedisValue> deliver)
    {
        try
        {
            subscriber.Unsubscribe(channel, deliver, CommandFlags.FireAndForget);
        }
        catch (Exception error) when (RedisErrors.IsOne(error))
        {
            // Nothing was subscribed there: what the library kept is gone.
        }
    }

    /// <summary>Ends the connection as a process that dies does: nothing more is sent.</summary>
    public void Crash()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate) (connecting, _isDisposed, _database) = (_connecting, true, null);
        if (connecting is { IsCompletedSuccessfully: true }) connecting.Result.Close(allowCommandsToComplete: false);
    }

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate) (connecting, _isDisposed, _database) = (_connecting, true, null);
        if (connecting is null) return;
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connecting.IsCompletedSuccessfully) await (await connecting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        ConnectionMultiplexer connection;
        try
        {
            connection = await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
        }
        catch
        {
            lock (_gate) _resumes = clock.GetTimestamp() + (long)(_pause.Next().TotalSeconds * clock.TimestampFrequency);
            throw;
        }

        connection.ConnectionFailed += (_, _) => Interlocked.Increment(ref _generation);
        connection.ConnectionRestored += (_, _) => Interlocked.Increment(ref _generation);
        Interlocked.Increment(ref _generation);
        lock (_gate)
        {
            if (!_isDisposed) Volatile.Write(ref _database, connection.GetDatabase(database));
        }

        return connection;
    }

    private RedisAwayException Away(Exception error, bool wasNotSent)
    {
        var text = RedisErrors.Explain(error, where);
        // What the server refuses is about one command, not about the server.
        if (error is not RedisServerException) _trouble = text;
        return new RedisAwayException(text + ".", wasNotSent, error);
    }
}
