namespace Fan.Queues;

/// <summary>How consumers stop.</summary>
internal static class ConsumerEnd
{
    /// <summary>
    /// Takes no further message and waits for those in flight, until cancelled: then they are broken off, and waited for.
    /// </summary>
    /// <param name="stopping">Tells the consumer to take no more.</param>
    /// <param name="breaking">Ends the handlers.</param>
    /// <param name="working">The consumer's work.</param>
    /// <param name="cancellationToken">Cancelled when handlers have no more time.</param>
    public static async Task StopAsync(
        CancellationTokenSource stopping, CancellationTokenSource breaking, Task working, CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await using (cancellationToken.UnsafeRegister(
            static breaking => ((CancellationTokenSource)breaking!).Cancel(), breaking).ConfigureAwait(false))
            await working.ConfigureAwait(false);
    }
}
