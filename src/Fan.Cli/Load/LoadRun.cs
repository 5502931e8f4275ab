namespace Fan.Cli.Load;

/// <summary>Makes calls as a plan says, and counts what comes of them.</summary>
/// <param name="plan">The plan.</param>
/// <param name="call">One call, from its beginning to its end.</param>
/// <param name="clock">The time.</param>
internal sealed class LoadRun(LoadPlan plan, Func<CancellationToken, ValueTask> call, TimeProvider clock)
{
    private long _started;

    /// <summary>What is counted so far; that of the warm-up until it is over.</summary>
    public LoadCounts Counts { get; private set; } = new();

    public bool IsWarmingUp { get; private set; }

    /// <summary>How long it has been counting.</summary>
    public TimeSpan Elapsed => _started == 0 ? TimeSpan.Zero : clock.GetElapsedTime(_started);

    /// <summary>Ends when the time is over and the calls that began in it have ended.</summary>
    /// <returns>How long it counted.</returns>
    public async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        if (plan.WarmUp > TimeSpan.Zero)
        {
            IsWarmingUp = true;
            await CallAsync(plan.WarmUp, cancellationToken).ConfigureAwait(false);
            IsWarmingUp = false;
            Counts = new LoadCounts();
        }

        await CallAsync(plan.Duration, cancellationToken).ConfigureAwait(false);
        return Elapsed;
    }

    private async Task CallAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        _started = clock.GetTimestamp();
        var phase = new Phase(Counts, _started, time);
        await Task.WhenAll(Enumerable.Range(0, plan.Callers)
            .Select(_ => Task.Run(() => CallAsync(phase, cancellationToken), CancellationToken.None))).ConfigureAwait(false);
    }

    private async Task CallAsync(Phase phase, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var due = plan.Rate is { } rate ? TimeSpan.FromSeconds(phase.NextTurn() / rate) : clock.GetElapsedTime(phase.Started);
            if (due >= phase.Time) return;
            try
            {
                if (due - clock.GetElapsedTime(phase.Started) is var pause && pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
                }

                await call(cancellationToken).ConfigureAwait(false);
                // From when it was due: a service that stands still would else hide it by holding back the calls that find out.
                phase.Counts.Succeeded(clock.GetElapsedTime(phase.Started) - due);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Whether it would have succeeded nobody knows.
                return;
            }
            catch (Exception error) when (error is FanException or OperationCanceledException)
            {
                phase.Counts.HasFailed(error);
            }
        }
    }

    private sealed class Phase(LoadCounts counts, long started, TimeSpan time)
    {
        private long _turns;

        public LoadCounts Counts => counts;

        public long Started => started;

        public TimeSpan Time => time;

        public long NextTurn() => Interlocked.Increment(ref _turns) - 1;
    }
}
