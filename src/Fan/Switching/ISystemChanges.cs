using Fan.Commits;

namespace Fan.Switching;

/// <summary>Reads and changes the running system: its routes, as a log of commits. Safe from any thread.</summary>
/// <remarks>Every member throws <see cref="Coordination.StoreUnavailableException"/> when the store can't be reached.</remarks>
public interface ISystemChanges
{
    /// <summary>Changes the routes of services in one commit, and waits until every live application has applied it: when this returns, no root call that begins anywhere goes the old way.</summary>
    /// <exception cref="CommitRefusedException">It would break something; nothing was changed.</exception>
    /// <exception cref="CommitConflictException">Somebody else changed the same routes at this moment.</exception>
    /// <exception cref="ChangeUnappliedException">It is committed, and somebody has not applied it in time.</exception>
    /// <exception cref="FormatException">A name, a version or a weight is not valid.</exception>
    Task<ChangeReport> ChangeAsync(IReadOnlyList<RouteChange> changes, ChangeOptions options, IProgress<ChangeProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Makes a commit that undoes another one. Errors as for <see cref="ChangeAsync"/>; a value that a later commit changed again is a conflict.</summary>
    /// <exception cref="ArgumentException">There is no such commit in the log.</exception>
    Task<ChangeReport> RevertAsync(long number, ChangeOptions options, IProgress<ChangeProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>The commits, the newest first; one at a time as they are read.</summary>
    IAsyncEnumerable<Commit> LogAsync(CancellationToken cancellationToken = default);

    /// <summary>One commit; null where the log has it not.</summary>
    ValueTask<Commit?> ShowAsync(long number, CancellationToken cancellationToken = default);

    /// <summary>The tree as it is now: JSON by path.</summary>
    ValueTask<SystemTree> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>The applications that live.</summary>
    ValueTask<IReadOnlyList<ApplicationRecord>> ApplicationsAsync(CancellationToken cancellationToken = default);
}

/// <summary>The tree as of one commit.</summary>
/// <param name="Number">The commit; 0 where there was none.</param>
/// <param name="Values">JSON by path, e.g. <c>routes/retail.store</c>.</param>
public sealed record SystemTree(long Number, IReadOnlyDictionary<string, string> Values);
