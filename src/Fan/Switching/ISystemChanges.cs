using Fan.Commits;
using Fan.Tree;

namespace Fan.Switching;

/// <summary>Reads and changes the running system: its routes, as a log of commits. Safe from any thread.</summary>
/// <remarks>Every member throws <see cref="Coordination.StoreUnavailableException"/> when the store can't be reached.</remarks>
public interface ISystemChanges
{
    /// <summary>
    /// Changes the routes of services in one commit, and waits until every live application has applied it: when this returns, no root call
    /// that begins anywhere goes the old way.
    /// </summary>
    /// <exception cref="CommitRefusedException">It would break something; nothing was changed.</exception>
    /// <exception cref="CommitConflictException">Somebody else changed the same routes at this moment.</exception>
    /// <exception cref="ChangeUnappliedException">It is committed, and somebody has not applied it in time.</exception>
    /// <exception cref="FormatException">A name, a version or a weight is not valid.</exception>
    Task<ChangeReport> ChangeAsync(
        IReadOnlyList<RouteChange> changes,
        ChangeOptions options,
        IProgress<ChangeProgress>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a commit that undoes another one. Errors as for <see cref="ChangeAsync"/>; a value that a later commit changed again is a
    /// conflict.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such commit in the log.</exception>
    Task<ChangeReport> RevertAsync(
        long number, ChangeOptions options, IProgress<ChangeProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives shards of a service to workers in one commit, and waits until the new owners hold them. Calls for them wait meanwhile, and
    /// none fails.
    /// </summary>
    /// <param name="service">The service, without brackets.</param>
    /// <param name="owners">The worker for each shard; null gives a shard back to whom everybody computes.</param>
    /// <param name="options">How; it does not wait for call trees from before, as no snapshot decides who owns a shard.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the wait, not what is committed.</param>
    /// <exception cref="CommitRefusedException">A worker does not live, or the service has no such shard.</exception>
    Task<ChangeReport> MoveShardsAsync(
        string service,
        IReadOnlyDictionary<int, string?> owners,
        ChangeOptions options,
        IProgress<ChangeProgress>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts keys of a service with <c>ShardByDirectory</c> into shards in one commit, and waits until their owners hold all shards as
    /// divided then. Meanwhile calls of the service wait, and none fails.
    /// </summary>
    /// <param name="service">The service, without brackets.</param>
    /// <param name="shards">
    /// The shard of each key; null takes a key off the list, so that its hash decides. Several keys of one name stand with commas between
    /// them.
    /// </param>
    /// <param name="options">How; it does not wait for call trees from before, as no snapshot decides who owns a shard.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the wait, not what is committed.</param>
    /// <exception cref="CommitRefusedException">The service has no such shard, or its keys are not listed.</exception>
    /// <exception cref="FormatException">Too many keys would be listed.</exception>
    Task<ChangeReport> AssignKeysAsync(
        string service,
        IReadOnlyDictionary<string, int?> shards,
        ChangeOptions options,
        IProgress<ChangeProgress>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>The shards of a service, and who holds each. Empty where it has none, or nobody serves it.</summary>
    ValueTask<IReadOnlyList<ShardState>> ShardsAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>The commits, the newest first; one at a time as they are read.</summary>
    IAsyncEnumerable<Commit> LogAsync(CancellationToken cancellationToken = default);

    /// <summary>One commit; null where the log has it not.</summary>
    ValueTask<Commit?> ShowAsync(long number, CancellationToken cancellationToken = default);

    /// <summary>The tree as it is now: JSON by path.</summary>
    ValueTask<SystemTree> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>The applications that live.</summary>
    ValueTask<IReadOnlyList<ApplicationRecord>> ApplicationsAsync(CancellationToken cancellationToken = default);
}

/// <summary>One shard of a service.</summary>
/// <param name="Shard">Its number, from 0.</param>
/// <param name="Owner">The worker that is to own it; null where nobody can.</param>
/// <param name="Holder">The worker that holds its lock; null where nobody does at this moment.</param>
/// <param name="Token">The holder's fencing token; 0 where there is none.</param>
/// <param name="IsAssigned">Whether the owner was named by a commit.</param>
public readonly record struct ShardState(int Shard, string? Owner, string? Holder, long Token, bool IsAssigned);

/// <summary>The tree as of one commit.</summary>
/// <param name="Number">The commit; 0 where there was none.</param>
/// <param name="Values">JSON by path, e.g. <c>routes/retail.store</c>.</param>
public sealed record SystemTree(long Number, IReadOnlyDictionary<string, string> Values);
