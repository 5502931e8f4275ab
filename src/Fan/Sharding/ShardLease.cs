using System.Diagnostics.CodeAnalysis;

namespace Fan.Sharding;

/// <summary>The right to serve one call of a shard.</summary>
internal readonly struct ShardLease(OwnedShard? shard) : IDisposable
{
    /// <summary>Grows with each owner of the shard; 0 where the service has no shards.</summary>
    public long Token => shard?.Token ?? 0;

    /// <summary>Whether the shard was lost meanwhile, or others have waited long enough for it.</summary>
    public bool IsLost => shard?.Lost.IsCancellationRequested == true;

    /// <summary>Cancelled when the shard is lost too; null where there is none.</summary>
    public CancellationTokenSource? Link(CancellationToken cancellationToken) =>
        shard is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, shard.Lost);

    public void Dispose() => shard?.Exit();
}

/// <summary>A shard that this worker holds the lock of. Safe from any thread.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer and a wait handle holds nothing.")]
internal sealed class OwnedShard(ShardPlan plan, string path, long token, long session, Action ended)
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _lost = new();
    private int _inFlight;
    private bool _leaving;

    /// <summary>What the keys are divided by.</summary>
    public ShardPlan Plan => plan;

    public string Path => path;

    /// <summary>The number of the commit by which the lock was taken: a later owner has a higher one.</summary>
    public long Token => token;

    /// <summary>The session that the lock is bound to.</summary>
    public long Session => session;

    public CancellationToken Lost => _lost.Token;

    public bool IsIdle
    {
        get
        {
            lock (_gate) return _leaving && _inFlight == 0;
        }
    }

    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_leaving) return false;
            _inFlight++;
            return true;
        }
    }

    public void Exit()
    {
        bool isLast;
        lock (_gate) isLast = --_inFlight == 0 && _leaving;
        if (isLast) ended();
    }

    /// <summary>Takes no more calls; false where it did not any more already.</summary>
    public bool Leave()
    {
        lock (_gate)
        {
            if (_leaving) return false;
            return _leaving = true;
        }
    }

    /// <summary>Takes no more calls, and cancels those in flight.</summary>
    public void Lose()
    {
        Leave();
        _lost.Cancel();
    }
}
