namespace Fan.Sharding;

/// <summary>The right to serve one call of a shard.</summary>
internal readonly struct ShardLease(OwnedShard? shard) : IDisposable
{
    /// <summary>Grows with each owner of the shard; 0 where the service has no shards.</summary>
    public long Token => shard?.Token ?? 0;

    public void Dispose() => shard?.Exit();
}

/// <summary>A shard that this worker holds the lock of. Safe from any thread.</summary>
internal sealed class OwnedShard(string path, long token, Action ended)
{
    private readonly Lock _gate = new();
    private int _inFlight;
    private bool _leaving;

    public string Path => path;

    /// <summary>The number of the commit by which the lock was taken: a later owner has a higher one.</summary>
    public long Token => token;

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

    /// <summary>Takes no more calls.</summary>
    public void Leave()
    {
        lock (_gate) _leaving = true;
    }
}
