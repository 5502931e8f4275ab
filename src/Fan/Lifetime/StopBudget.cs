using Microsoft.Extensions.Logging;

namespace Fan.Lifetime;

/// <summary>
/// The one time that all steps of a stop share (<see cref="FanOptions.DrainTimeout"/>): each takes from it what it needs. What others do
/// between the steps is not counted, and steps at the same time count once. Safe from any thread.
/// </summary>
internal sealed class StopBudget(TimeSpan whole, TimeProvider clock, ILogger logger)
{
    /// <summary>How long all steps together may go on after they were told to break off.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(700);

    // A step that comes when all is used up still hands back what it can.
    private static readonly TimeSpan LeastGrace = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly double _seconds = whole.TotalSeconds;
    private TimeSpan _left = whole;
    private TimeSpan _grace = Grace;

    /// <summary>What remains for the steps to come.</summary>
    public TimeSpan Left
    {
        get
        {
            lock (_gate) return _left;
        }
    }

    /// <summary>
    /// Waits for what the container disposes once all steps were run, as far as there is time: what a step was not waited for is not waited
    /// for here.
    /// </summary>
    public Task EndAsync(string what, Func<Task> end) => SpendAsync(what, _ => end(), CancellationToken.None);

    /// <summary>Runs a step, tells it when the time is over, and goes on without it if that does not end it.</summary>
    /// <param name="what">The step, for the log.</param>
    /// <param name="step">The work; its token is cancelled when it must break off.</param>
    /// <param name="cancellationToken">Cancelled when the host has no more time either.</param>
    public async Task SpendAsync(string what, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        var (began, left) = (clock.GetTimestamp(), Left);
        using var ending = new CancellationTokenSource(left, clock);
        var over = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, cancellationToken);
        var running = step(over.Token);
        try
        {
            await running.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate) _left = Shortest(_left, left - clock.GetElapsedTime(began));
            if (!running.IsCompleted) await BreakAsync(running).ConfigureAwait(false);
        }
        finally
        {
            // What goes on may still look at its token.
            if (running.IsCompleted) over.Dispose();
        }

        if (running.IsCompleted) await running.ConfigureAwait(false);
        else _ = TellAsync(what, running);
    }

    private async Task BreakAsync(Task running)
    {
        var began = clock.GetTimestamp();
        TimeSpan grace;
        lock (_gate) grace = _grace;
        await running.WaitAsync(grace > LeastGrace ? grace : LeastGrace, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate) _grace = Shortest(_grace, grace - clock.GetElapsedTime(began));
    }

    private static TimeSpan Shortest(TimeSpan left, TimeSpan other) => other <= TimeSpan.Zero ? TimeSpan.Zero : other < left ? other : left;

    // Owns what nobody waits for any more.
    private async Task TellAsync(string what, Task running)
    {
        LifetimeLog.StopGoesOn(logger, what, _seconds);
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            LifetimeLog.StopFailedLate(logger, error, what);
        }
    }
}
