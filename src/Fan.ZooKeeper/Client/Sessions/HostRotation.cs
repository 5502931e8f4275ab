namespace Fan.ZooKeeper.Client;

/// <summary>Which server to try next, in random order, and how long to pause before. For one owner task.</summary>
internal sealed class HostRotation
{
    private const double FirstPauseMilliseconds = 20;
    private const double LongestPauseMilliseconds = 2000;
    private const double ShortLifePauseMilliseconds = 5;
    private const double LongestSpreadMilliseconds = 300;

    private readonly ServerAddress[] _servers;
    private readonly TimeProvider _clock;
    private int _next;
    private int _failures;
    private long _opened;

    public HostRotation(IReadOnlyList<ServerAddress> servers, TimeProvider clock)
    {
        _servers = [.. servers];
        Random.Shared.Shuffle(_servers);
        _clock = clock;
    }

    public ServerAddress Next()
    {
        var server = _servers[_next];
        _next = (_next + 1) % _servers.Length;
        return server;
    }

    /// <summary>The last server could be used.</summary>
    public void NoteSuccess()
    {
        _failures = 0;
        _opened = _clock.GetTimestamp();
    }

    /// <summary>
    /// A connection has ended: pauses a little where it did not live long, as servers that break each one must not be tried as fast as the
    /// machine can.
    /// </summary>
    public async Task PauseAfterConnectionAsync(CancellationToken cancellationToken)
    {
        if (_clock.GetElapsedTime(_opened) > TimeSpan.FromSeconds(1)) return;
        await Task.Delay(
            TimeSpan.FromMilliseconds(ShortLifePauseMilliseconds * (0.5 + Random.Shared.NextDouble())),
            _clock,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The last server could not be used: pauses when all were tried, longer each time.</summary>
    /// <param name="longest">
    /// Until something else is to be tried: little longer than that it does not pause. Null where that is not known.
    /// </param>
    /// <param name="cancellationToken">Ends the pause.</param>
    public async Task PauseAfterFailureAsync(TimeSpan? longest, CancellationToken cancellationToken)
    {
        if (++_failures % _servers.Length != 0) return;
        var round = Math.Min(_failures / _servers.Length, 10) - 1;
        // Jitter, so that all the clients of an ensemble that comes back do not come at once.
        var pause = Math.Min(LongestPauseMilliseconds, FirstPauseMilliseconds * Math.Pow(2, round)) * (0.5 + Random.Shared.NextDouble());
        if (longest is { } limit)
        {
            pause = Math.Min(pause, Math.Max(0, limit.TotalMilliseconds) + (LongestSpreadMilliseconds * Random.Shared.NextDouble()));
        }

        await Task.Delay(TimeSpan.FromMilliseconds(pause), _clock, cancellationToken).ConfigureAwait(false);
    }
}
