namespace Fan.Loss.Tests;

/// <summary>Runs, with what they tell in the output of the test.</summary>
internal static class LossRuns
{
    public static async Task<LossReport> RunAsync(ITestOutputHelper output, LossOptions options)
    {
        await using var run = new LossRun(options, output.WriteLine);
        var report = await run.RunAsync();
        foreach (var line in report.Lines) output.WriteLine(line);
        return report;
    }
}
