using Fan.Tree;
using Microsoft.Extensions.Logging;

namespace Fan.Commits;

/// <summary>
/// What lets root calls wait: a committer's barrier, and the time until an application that was away knows the tree again. Safe from any
/// thread.
/// </summary>
/// <param name="history">Whose calls wait.</param>
/// <param name="changed">Told when <see cref="Prepared"/> says something else.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class CallHold(SnapshotHistory history, Action changed, TimeProvider clock, ILogger logger) : IDisposable
{
    /// <summary>The longest that calls wait, for whatever.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>What the record says of a barrier that is not waited for any more.</summary>
    public const string GivenUp = "";

    private readonly Lock _gate = new();
    private string? _barrier;
    private int _control;
    private bool _gaveUp;
    private bool _isLetGo;
    private bool _isReturning;
    private ITimer? _patience;

    /// <summary>The barrier for which calls wait, as the record is to say it; null where there is none.</summary>
    public string? Prepared
    {
        get
        {
            lock (_gate) return _gaveUp ? GivenUp : _barrier;
        }
    }

    /// <summary>
    /// The version of the node of the barriers that is to be raised with a record that says <see cref="GivenUp"/>: where it is another one
    /// by then, that was done.
    /// </summary>
    public int Control
    {
        get
        {
            lock (_gate) return _control;
        }
    }

    /// <summary>A barrier stands.</summary>
    /// <param name="barrier">Its id.</param>
    /// <param name="control">A version that the node of the barriers had while this one stood.</param>
    public void Begin(string barrier, int control)
    {
        lock (_gate)
        {
            if (_barrier == barrier) return;
            (_barrier, _control, _gaveUp, _isLetGo) = (barrier, control, false, false);
            history.Hold();
            CommitsLog.Held(logger, barrier);
            Wait(() => GiveUp(barrier));
        }

        changed();
    }

    /// <summary>The barrier has gone, and what was committed with it is known.</summary>
    public void End()
    {
        lock (_gate)
        {
            (_barrier, _gaveUp, _isLetGo) = (null, false, false);
            _patience?.Dispose();
            Release();
        }

        changed();
    }

    /// <summary>The application is unknown to committers until <see cref="EndReturn"/>.</summary>
    public void BeginReturn()
    {
        lock (_gate)
        {
            _isReturning = true;
            history.Hold();
        }
    }

    public void EndReturn()
    {
        lock (_gate)
        {
            _isReturning = false;
            Release();
        }
    }

    /// <summary>The record says <see cref="GivenUp"/>, and whatever was committed before it did is known.</summary>
    public void LetGo() => LetGo(null);

    public void Dispose()
    {
        lock (_gate) _patience?.Dispose();
    }

    // The record first: as long as it says that calls are held, the committer counts on that.
    private void GiveUp(string barrier)
    {
        lock (_gate)
        {
            if (_barrier != barrier || _gaveUp) return;
            _gaveUp = true;
            CommitsLog.HeldTooLong(logger, barrier);
            // A store that does not answer so long has ended the session, and with it the record.
            Wait(() => LetGo(barrier));
        }

        changed();
    }

    private void LetGo(string? barrier)
    {
        lock (_gate)
        {
            if (!_gaveUp || (barrier is not null && _barrier != barrier)) return;
            _isLetGo = true;
            Release();
        }
    }

    private void Release()
    {
        if (!_isReturning && (_barrier is null || _isLetGo)) history.Release();
    }

    private void Wait(Action then)
    {
        _patience?.Dispose();
        _patience = clock.CreateTimer(static action => ((Action)action!)(), then, Longest, Timeout.InfiniteTimeSpan);
    }
}
