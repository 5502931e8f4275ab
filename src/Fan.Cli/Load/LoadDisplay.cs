using System.Globalization;
using Fan.Cli.Output;

namespace Fan.Cli.Load;

/// <summary>Shows on a terminal how far a load is; nothing elsewhere. One flow of control uses it.</summary>
internal sealed class LoadDisplay(Terminal terminal, LoadRun run, LoadPlan plan, bool isSilent)
{
    private const int Width = 20;

    private static readonly TimeSpan ShowEvery = TimeSpan.FromMilliseconds(200);

    private readonly StatusLine _line = new(terminal, isSilent || !terminal.ErrorIsTerminal);

    /// <summary>Shows it until the load has ended.</summary>
    public async Task FollowAsync(Task running)
    {
        using var timer = new PeriodicTimer(ShowEvery, terminal.Clock);
        while (!running.IsCompleted)
        {
            _line.Show(Text());
            await Task.WhenAny(running, timer.WaitForNextTickAsync().AsTask()).ConfigureAwait(false);
        }

        _line.Clear();
    }

    private string Text()
    {
        var whole = run.IsWarmingUp ? plan.WarmUp : plan.Duration;
        var (elapsed, counts) = (run.Elapsed, run.Counts);
        var done = Math.Clamp((int)(elapsed / whole * Width), 0, Width);
        var bar = new string('█', done) + new string('░', Width - done);
        var speed = elapsed > TimeSpan.Zero ? counts.Calls / elapsed.TotalSeconds : 0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(run.IsWarmingUp ? "warming up " : "")}{bar} {elapsed.TotalSeconds:0.0} of {whole.TotalSeconds:0.#} s, " +
            $"{speed:#,0} calls/s, {counts.Failed:#,0} failed");
    }
}
