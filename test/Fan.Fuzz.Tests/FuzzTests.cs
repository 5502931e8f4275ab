namespace Fan.Fuzz.Tests;

/// <summary>
/// Every reader of strangers' bytes stands a short run, and every input that was ever found. The long ones: see docs/wire.md.
/// </summary>
public sealed class FuzzTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task No_input_breaks_a_reader(string name)
    {
        // A fixed seed, so that a red run is red again.
        var run = new FuzzRun(FuzzTarget.All.Single(target => target.Name == name), seed: 2026);
        var finding = await run.RunAsync(Short, new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "Seeds", name)));
        Assert.True(finding is null, $"{finding?.Reason}\n{Convert.ToHexString(finding?.Input ?? [])}");
        Assert.True(run.Outcomes > 10, $"{run.Inputs} inputs ended in {run.Outcomes} ways only.");
    }
}
