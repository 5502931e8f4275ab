namespace Fan.Context;

/// <summary>Cancellation for calls with a deadline; the sources are used again. Safe from any thread.</summary>
internal sealed class CancellationPool(TimeProvider clock)
{
    private const int MaxKept = 256;

    private readonly FreeList<DeadlineSource> _free = new(MaxKept);

    /// <summary>A token that is cancelled when the time is over or <paramref name="outer"/> is. A null time has no limit.</summary>
    public Lease Rent(TimeSpan? time, CancellationToken outer, out Deadline deadline)
    {
        deadline = default;
        if (time is not { } limit) return new Lease(null, null, outer);
        var source = _free.Take() ?? new DeadlineSource(clock);
        deadline = source.Begin(limit);
        return new Lease(this, source, outer);
    }

    private void Return(DeadlineSource source)
    {
        if (source.TryEnd() && _free.TryKeep(source)) return;
        source.Dispose();
    }

    /// <summary>One call's use of a source. Dispose it when nothing observes the token any more.</summary>
    internal struct Lease : IDisposable
    {
        private readonly CancellationPool? _pool;
        private readonly CancellationToken _outer;
        private readonly CancellationTokenRegistration _registration;
        private DeadlineSource? _source;

        public Lease(CancellationPool? pool, DeadlineSource? source, CancellationToken outer)
        {
            _pool = pool;
            _source = source;
            _outer = outer;
            Token = source?.Token ?? outer;
            if (source is not null && outer.CanBeCanceled)
                _registration = outer.UnsafeRegister(static state => ((DeadlineSource)state!).Cancel(), source);
        }

        public CancellationToken Token { get; }

        /// <summary>Whether the time was over before anybody cancelled.</summary>
        public readonly bool TimedOut => _source is { IsCancelled: true } && !_outer.IsCancellationRequested;

        /// <summary>
        /// Gives the call another time, counted from its begin; where it has no limit it stays so. Returns the time that counts.
        /// </summary>
        public readonly TimeSpan? Lengthen(TimeSpan? before, TimeSpan? time, ref Deadline deadline)
        {
            if (_source is null || before is not { } first || time is not { } second || first == second) return before;
            var rest = second - (first - (deadline.Remaining ?? TimeSpan.Zero));
            deadline = _source.Begin(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
            return second;
        }

        public void Dispose()
        {
            if (_source is not { } source) return;
            _source = null;
            _registration.Dispose();
            _pool!.Return(source);
        }
    }
}
