using StackExchange.Redis;

namespace Fan.Redis.Connections;

/// <summary>Waits at the server for entries of streams, on a connection of its own. One reads, anybody may wake it.</summary>
internal sealed class BlockingReader(RedisServer server) : IAsyncDisposable
{
    /// <summary>The longest that a read waits for the first entry.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private static readonly string Milliseconds = ((int)LongestWait.TotalMilliseconds).ToString(
        System.Globalization.CultureInfo.InvariantCulture);

    private readonly RedisLink _link = server.NewReader();
    private long _client;
    private int _known;

    /// <summary>Reads new entries of a group for one of its consumers; none where none came in time, or it was woken.</summary>
    /// <exception cref="RedisAwayException">The server can't be reached, or refused.</exception>
    public ValueTask<IReadOnlyList<StreamItem>> ReadGroupAsync(RedisKey stream, string group, string consumer, int most) =>
        ReadAsync("XREADGROUP", ["GROUP", group, consumer, "COUNT", most, "BLOCK", Milliseconds, "STREAMS", stream, ">"]);

    /// <summary>Reads the entries of streams that come after given ones.</summary>
    /// <exception cref="RedisAwayException">The server can't be reached, or refused.</exception>
    public ValueTask<IReadOnlyList<StreamItem>> ReadAsync(ReadPosition[] streams, int most, TimeSpan? wait = null)
    {
        var arguments = new object[5 + (2 * streams.Length)];
        (arguments[0], arguments[1], arguments[2], arguments[4]) = ("COUNT", most, "BLOCK", "STREAMS");
        arguments[3] = wait is { } time ? (long)time.TotalMilliseconds : Milliseconds;
        for (var i = 0; i < streams.Length; i++)
        {
            (arguments[5 + i], arguments[5 + streams.Length + i]) = (streams[i].Stream, streams[i].After);
        }

        return ReadAsync("XREAD", arguments);
    }

    /// <summary>Ends the wait of a read at the server, if there is one at this moment.</summary>
    public async Task WakeAsync()
    {
        if (Interlocked.Read(ref _client) is var client && client == 0) return;
        try
        {
            await server.Shared.RunAsync(
                database => database.ExecuteAsync("CLIENT", "UNBLOCK", client), CancellationToken.None).ConfigureAwait(false);
        }
        catch (RedisAwayException)
        {
            // A user without that right, or no server: the wait ends by itself soon.
        }
    }

    /// <summary>Wakes a task that reads until it has ended.</summary>
    public async Task EndAsync(Task reading, TimeProvider clock)
    {
        while (!reading.IsCompleted)
        {
            await WakeAsync().ConfigureAwait(false);
            // It may have been about to wait only.
            await reading.WaitAsync(TimeSpan.FromMilliseconds(50), clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync() => server.EndAsync(_link);

    private async ValueTask<IReadOnlyList<StreamItem>> ReadAsync(string command, object[] arguments)
    {
        var generation = _link.Generation;
        if (generation == 0 || generation != _known) await NoteClientAsync().ConfigureAwait(false);
        return StreamItem.ReadAll(
            await _link.RunAsync(database => database.ExecuteAsync(command, arguments), CancellationToken.None).ConfigureAwait(false));
    }

    // Its number at the server, by which others can wake it; it changes with each connection.
    private async Task NoteClientAsync()
    {
        await _link.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        var generation = _link.Generation;
        try
        {
            Interlocked.Exchange(ref _client, (long)await _link.RunAsync(
                database => database.ExecuteAsync("CLIENT", "ID"), CancellationToken.None).ConfigureAwait(false));
        }
        catch (RedisAwayException error) when (error.InnerException is RedisServerException)
        {
            // A user without that right can't be woken early.
        }

        _known = generation;
    }
}
