namespace Fan.Database.Engines;

/// <summary>
/// Waits for what is disposed after the application has stopped: by then it had all the time that the stop has, and a database that does
/// not answer must not keep the process.
/// </summary>
internal static class LastWait
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <param name="end">
    /// Runs by the pool: to cancel a statement the driver of PostgreSQL waits, on the thread that cancels, for a server that may answer
    /// nothing.
    /// </param>
    public static async Task ForAsync(Func<Task> end)
    {
        var ending = Task.Run(end);
        try
        {
            await ending.WaitAsync(Patience).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!ending.IsCompleted)
        {
            // It ends with the process; what it had in hand goes to others when its lease is over.
        }
    }
}
