using System.Globalization;

namespace Fan.Tests.Switching.Simulation;

public sealed class ChangeSimulationTests
{
    private const int AtOnce = 32;

    [Fact]
    public async Task Lost_sessions_and_lost_replies_break_no_promise_of_a_change()
    {
        // FAN_SEED repeats one seed; FAN_SEEDS says how many are tried.
        var first = Number("FAN_SEED") ?? 1;
        var count = Number("FAN_SEED") is null ? Number("FAN_SEEDS") ?? 32 : 1;
        await Parallel.ForEachAsync(Enumerable.Range(first, count), new ParallelOptions
        {
            MaxDegreeOfParallelism = AtOnce,
            CancellationToken = TestContext.Current.CancellationToken
        }, async (seed, cancellationToken) =>
        {
            await using var simulation = new ChangeSimulation(seed);
            var verdict = await simulation.RunAsync(cancellationToken);
            Assert.True(
                verdict.Holds,
                $"FAN_SEED={seed}: {verdict with { Examples = [] }}{Environment.NewLine}" +
                $"{string.Join(Environment.NewLine, verdict.Examples)}");
            Assert.True(verdict.Calls > 0, $"FAN_SEED={seed}: nobody called.");
        });
    }

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;
}
