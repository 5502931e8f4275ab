namespace Fan;

/// <summary>Work outside of any service, such as a job or a controller, whose calls must be on one side of a switch.</summary>
public static class CallTreeExtensions
{
    /// <summary>How often a tree is begun in all, where it may be.</summary>
    public const int DefaultAttempts = 3;

    /// <summary>
    /// Does work whose calls all read one snapshot. Where the work may be done twice, it is begun again on the newest snapshot when an
    /// application on its way does not have its snapshot any more.
    /// </summary>
    /// <param name="fan">Whose calls they are.</param>
    /// <param name="work">The work; its token is <paramref name="cancellationToken"/>.</param>
    /// <param name="isIdempotent">Whether a second time is harmless.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SnapshotGoneException">
    /// More changes were made while it ran than applications keep, and it may not be done again, or that happened every time.
    /// </exception>
    public static async Task<TResult> RunTreeAsync<TResult>(
        this IFan fan,
        Func<CancellationToken, Task<TResult>> work,
        bool isIdempotent = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fan);
        ArgumentNullException.ThrowIfNull(work);
        // Within another tree it is a part of that, and beginning again is that one's affair.
        var mayRepeat = isIdempotent && CallContext.Current.Snapshot is null;
        for (var attempt = 1; ; attempt++)
        {
            using var tree = await fan.BeginTreeAsync(cancellationToken).ConfigureAwait(false);
            using var current = tree.Use();
            try
            {
                return await work(cancellationToken).ConfigureAwait(false);
            }
            catch (SnapshotGoneException) when (mayRepeat && attempt < DefaultAttempts)
            {
                // The next attempt reads the newest.
            }
        }
    }

    /// <summary>As <see cref="RunTreeAsync{TResult}"/>, without a result.</summary>
    public static Task RunTreeAsync(
        this IFan fan, Func<CancellationToken, Task> work, bool isIdempotent = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return fan.RunTreeAsync<object?>(
            async token =>
            {
                await work(token).ConfigureAwait(false);
                return null;
            },
            isIdempotent, cancellationToken);
    }
}
