namespace Fan.Conformance;

/// <summary>Waits for conditions; the deadline is only there so that a broken promise does not hang the run.</summary>
public static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        ArgumentNullException.ThrowIfNull(condition);
        using var deadline = new CancellationTokenSource(Deadline);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested) Assert.Fail("Did not become true in time: " + what);
            await Task.Delay(5, CancellationToken.None);
        }
    }
}
