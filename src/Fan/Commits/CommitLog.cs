using System.Collections.Immutable;
using System.Text;
using Fan.Coordination;
using Fan.Tree;

namespace Fan.Commits;

/// <summary>
/// The log of commits and the tree as of its head, in a store. Every commit is one atomic multi that also changes the head, so commits are
/// in one order for everybody. Safe from any thread.
/// </summary>
internal sealed class CommitLog(ICoordinationStore store, TimeProvider clock)
{
    /// <summary>Commits up to this size stand in the head too.</summary>
    public const int MaxBytesInHead = 64 * 1024;

    /// <summary>How many commits stay in the log. What lags behind further reads the tree as a whole.</summary>
    public const int KeptCommits = 1000;

    // A multi has 1,024 operations: a node and its missing parents for each edit.
    private const int MaxEdits = 256;
    private const int TrimmedAtOnce = 100;

    /// <summary>The head; null where there was no commit yet.</summary>
    /// <exception cref="MalformedNodeException">What stands there is no head.</exception>
    public async ValueTask<LogHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        if (await store.GetAsync(CommitPath.Head, cancellationToken).ConfigureAwait(false) is not { } node) return null;
        var (number, commit, fingerprint) = Readable(CommitPath.Head, node, CommitJson.ReadHead);
        return new LogHead(number, node.Version, commit, fingerprint);
    }

    /// <summary>A commit; null where it was never made, or is trimmed.</summary>
    /// <exception cref="MalformedNodeException">What stands there is no commit.</exception>
    public async ValueTask<Commit?> ReadAsync(long number, CancellationToken cancellationToken) =>
        await store.GetAsync(CommitPath.OfCommit(number), cancellationToken).ConfigureAwait(false) is { } node
            ? Readable(CommitPath.OfCommit(number), node, CommitJson.Read)
            : null;

    /// <summary>Whether what an application says of itself is said of this log, and not of one that was here before.</summary>
    public async ValueTask<bool> HasAppliedAsync(ApplicationRecord record, CancellationToken cancellationToken) =>
        await ReadAsync(record.Applied, cancellationToken).ConfigureAwait(false) is { } commit
        && (record.Fingerprint is null || record.Fingerprint == CommitJson.Fingerprint(commit));

    /// <summary>The numbers of the commits that the log has, the oldest first.</summary>
    public async ValueTask<IReadOnlyList<long>> NumbersAsync(CancellationToken cancellationToken)
    {
        var numbers = new List<long>();
        foreach (var name in await store.GetChildrenAsync(CommitPath.Commits, cancellationToken).ConfigureAwait(false) ?? [])
        {
            if (CommitPath.TryParseCommit(name, out var number)) numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>The whole tree, with the number and the fingerprint of the commit that it is as of.</summary>
    public async ValueTask<(long Number, string? Fingerprint, ImmutableDictionary<string, string> Values)> ReadTreeAsync(
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = await ReadTopAsync(cancellationToken).ConfigureAwait(false);
            var values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var top in (string[])[CommitPath.Routes, "configs"])
            {
                await CollectAsync(top, values, cancellationToken).ConfigureAwait(false);
            }

            var after = await ReadTopAsync(cancellationToken).ConfigureAwait(false);
            // Commits came meanwhile, or another log did, so what was read may be of several: read again what is of one.
            if (before == after) return (after.Number, after.Fingerprint, values.ToImmutable());
        }
    }

    /// <summary>Appends a commit whose edits are made from the tree as it is then; again where another commit came first.</summary>
    /// <param name="draft">Author, reason and the like; its number and time are set here.</param>
    /// <param name="edit">Makes the edits; what it throws is thrown. Called again for each head that it must be tried on.</param>
    /// <param name="cancellationToken">Ends the attempts; whether the last one was done is then unknown.</param>
    /// <exception cref="CommitConflictException">A value is not what an edit expects.</exception>
    /// <exception cref="StoreConflictException">What is to be done beside it can't be.</exception>
    public async Task<Commit> AppendAsync(
        Commit draft, Func<CommitBase, CancellationToken, ValueTask<CommitContent>> edit, CancellationToken cancellationToken)
    {
        while (true)
        {
            await BeginAsync(draft.Author, cancellationToken).ConfigureAwait(false);
            var head = await ReadHeadAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new StoreUnavailableException($"The head of the log at {CommitPath.Head} has gone.");
            var content = await edit(
                new CommitBase(head.Number, path => ReadValueAsync(path, cancellationToken)), cancellationToken).ConfigureAwait(false);
            var before = head.Fingerprint
                ?? (await ReadAsync(head.Number, cancellationToken).ConfigureAwait(false) is { } last
                    ? CommitJson.Fingerprint(last)
                    : null);
            var commit = draft with
            {
                Number = head.Number + 1,
                At = clock.GetUtcNow(),
                Follows = before,
                Edits = content.Edits,
                Overridden = content.Overridden
            };
            if (await TryAppendAsync(head, commit, content.Beside, cancellationToken).ConfigureAwait(false))
            {
                await TrimAsync(commit.Number, cancellationToken).ConfigureAwait(false);
                return commit;
            }
        }
    }

    /// <summary>
    /// Makes the first commit, which changes nothing, where there is none. From then on every call tree carries a number.
    /// </summary>
    /// <returns>Whether this call made it.</returns>
    public async Task<bool> BeginAsync(string author, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(CommitPath.Head, cancellationToken).ConfigureAwait(false) is not null) return false;
        await store.CreateMissingAsync([CommitPath.Root, CommitPath.Control, CommitPath.Commits], cancellationToken).ConfigureAwait(false);
        var first = new Commit { Number = 1, Author = author, At = clock.GetUtcNow(), Reason = "The log begins." };
        var data = CommitJson.Write(first);
        try
        {
            await store.CommitAsync(
                [
                    new StoreOperation.Create(CommitPath.OfCommit(1), data),
                    new StoreOperation.Create(CommitPath.Head, CommitJson.WriteHead(first, data.Length))
                ],
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException error) when (error.Conflict == StoreConflict.NodeExists)
        {
            return false;
        }
    }

    /// <summary>
    /// Notes that nothing alive reads a snapshot older than this one. Never goes back, and notes nothing where the log was deleted
    /// meanwhile.
    /// </summary>
    public async Task SettleAsync(long number, CancellationToken cancellationToken)
    {
        var data = Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        while (true)
        {
            var node = await store.GetAsync(CommitPath.Settled, cancellationToken).ConfigureAwait(false);
            if (node is not null && ParseSettled(node.Data.Span) >= number) return;
            try
            {
                await store.CommitAsync(
                    [node is null
                        ? new StoreOperation.Create(CommitPath.Settled, data)
                        : new StoreOperation.Set(CommitPath.Settled, data, node.Version)],
                    cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StoreConflictException error) when (node is null && error.Conflict == StoreConflict.NoNode)
            {
                // What it stands below has gone too, and the snapshots of that log with it.
                return;
            }
            catch (StoreConflictException error)
                when (error.Conflict is StoreConflict.NodeExists or StoreConflict.BadVersion or StoreConflict.NoNode)
            {
                // Somebody else settled at this moment: look again.
            }
        }
    }

    /// <summary>The oldest snapshot that anything alive may read; 0 where nothing is known of it.</summary>
    public async ValueTask<long> ReadSettledAsync(CancellationToken cancellationToken) =>
        await store.GetAsync(CommitPath.Settled, cancellationToken).ConfigureAwait(false) is { } node ? ParseSettled(node.Data.Span) : 0;

    /// <summary>A value of the tree as it is now; null where there is none.</summary>
    public async ValueTask<string?> ReadValueAsync(string path, CancellationToken cancellationToken) =>
        await store.GetAsync(CommitPath.OfValue(path), cancellationToken).ConfigureAwait(false) is { Data.IsEmpty: false } node
            ? Encoding.UTF8.GetString(node.Data.Span)
            : null;

    private async ValueTask<(long Number, string? Fingerprint)> ReadTopAsync(CancellationToken cancellationToken)
    {
        if (await ReadHeadAsync(cancellationToken).ConfigureAwait(false) is not { } head) return (0, null);
        if (head.Fingerprint is not null) return (head.Number, head.Fingerprint);
        return (
            head.Number,
            await ReadAsync(head.Number, cancellationToken).ConfigureAwait(false) is { } commit ? CommitJson.Fingerprint(commit) : null);
    }

    private static T Readable<T>(string path, StoreNode node, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(node.Data);
        }
        catch (FormatException error)
        {
            throw new MalformedNodeException(path, error.Message, error);
        }
    }

    private static long ParseSettled(ReadOnlySpan<byte> data) =>
        long.TryParse(data, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;

    private async Task<bool> TryAppendAsync(
        LogHead head, Commit commit, IReadOnlyList<StoreOperation> beside, CancellationToken cancellationToken)
    {
        if (commit.Edits.Count > MaxEdits)
        {
            throw new ArgumentException($"A commit has at most {MaxEdits} edits; this one has {commit.Edits.Count}.", nameof(commit));
        }

        var data = CommitJson.Write(commit);
        var operations = new List<StoreOperation>
        {
            new StoreOperation.Set(CommitPath.Head, CommitJson.WriteHead(commit, data.Length), head.NodeVersion),
            new StoreOperation.Create(CommitPath.OfCommit(commit.Number), data),
        };
        var made = new HashSet<string>(StringComparer.Ordinal);
        foreach (var change in commit.Edits) await AddAsync(operations, made, head, change, cancellationToken).ConfigureAwait(false);
        operations.AddRange(beside);
        try
        {
            await store.CommitAsync(operations, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException)
        {
            // Whatever it met, somebody else was faster: only commits change these nodes.
            if ((await ReadHeadAsync(cancellationToken).ConfigureAwait(false))?.NodeVersion == head.NodeVersion) throw;
            return false;
        }
    }

    private async ValueTask AddAsync(
        List<StoreOperation> operations, HashSet<string> made, LogHead head, TreeEdit change, CancellationToken cancellationToken)
    {
        CommitPath.Validate(change.Path);
        var node = await store.GetAsync(CommitPath.OfValue(change.Path), cancellationToken).ConfigureAwait(false);
        var now = node is { Data.IsEmpty: false } ? Encoding.UTF8.GetString(node.Data.Span) : null;
        if (!string.Equals(now, change.Before, StringComparison.Ordinal))
        {
            // What was read may be of a later commit than the head was; then it is tried again on that one.
            if ((await ReadHeadAsync(cancellationToken).ConfigureAwait(false))?.Number != head.Number) return;
            throw new CommitConflictException(
                change.Path,
                head.Number,
                $"'{change.Path}' is {now ?? "not there"} as of commit {head.Number}, where {change.Before ?? "nothing"} was expected.");
        }

        // A node without data is the parent of others, and no value.
        var after = change.After is null ? [] : Encoding.UTF8.GetBytes(change.After);
        if (node is not null)
        {
            operations.Add(change.After is null
                && (await store.GetChildrenAsync(CommitPath.OfValue(change.Path), cancellationToken).ConfigureAwait(false))?.Count is null
                    or 0
                ? new StoreOperation.Delete(CommitPath.OfValue(change.Path))
                : new StoreOperation.Set(CommitPath.OfValue(change.Path), after));
            return;
        }

        if (change.After is null) return;
        var parents = change.Path.Split('/');
        for (var length = 1; length < parents.Length; length++)
        {
            var parent = CommitPath.OfValue(string.Join('/', parents.Take(length)));
            if (made.Add(parent) && await store.GetAsync(parent, cancellationToken).ConfigureAwait(false) is null)
            {
                operations.Add(new StoreOperation.Create(parent));
            }
        }

        operations.Add(made.Add(CommitPath.OfValue(change.Path))
            ? new StoreOperation.Create(CommitPath.OfValue(change.Path), after)
            : new StoreOperation.Set(CommitPath.OfValue(change.Path), after));
    }

    private async ValueTask CollectAsync(
        string path, ImmutableDictionary<string, string>.Builder values, CancellationToken cancellationToken)
    {
        foreach (var name in await store.GetChildrenAsync(CommitPath.OfValue(path), cancellationToken).ConfigureAwait(false) ?? [])
        {
            var child = $"{path}/{name}";
            if (await ReadValueAsync(child, cancellationToken).ConfigureAwait(false) is { } value) values[child] = value;
            await CollectAsync(child, values, cancellationToken).ConfigureAwait(false);
        }
    }

    // The tree is the checkpoint: it is as of the head, so a commit that nobody catches up from any more can go.
    private async Task TrimAsync(long newest, CancellationToken cancellationToken)
    {
        if (newest % TrimmedAtOnce != 0) return;
        var old = (await NumbersAsync(cancellationToken).ConfigureAwait(false)).Where(number => number <= newest - KeptCommits).ToList();
        foreach (var some in old.Chunk(TrimmedAtOnce))
        {
            try
            {
                await store.CommitAsync(
                    [.. some.Select(number => new StoreOperation.Delete(CommitPath.OfCommit(number)))],
                    cancellationToken).ConfigureAwait(false);
            }
            catch (StoreConflictException)
            {
                // Another committer trims them.
                return;
            }
        }
    }
}

/// <summary>The head of the log.</summary>
/// <param name="Number">The newest commit's number.</param>
/// <param name="NodeVersion">The version of the head's node.</param>
/// <param name="Commit">The newest commit, where the head has it.</param>
/// <param name="Fingerprint">The newest commit's; null where a program of the revision before wrote a head without the commit.</param>
internal sealed record LogHead(long Number, int NodeVersion, Commit? Commit, string? Fingerprint);

/// <summary>What a commit is made from.</summary>
/// <param name="Number">The commit before it.</param>
/// <param name="ReadAsync">Reads a value of the tree.</param>
internal sealed record CommitBase(long Number, Func<string, ValueTask<string?>> ReadAsync);

/// <summary>What a commit changes.</summary>
/// <param name="Edits">The edits.</param>
/// <param name="Overridden">What was found against it and overridden.</param>
/// <param name="Beside">What is done in the store with it, or it is not made.</param>
internal sealed record CommitContent(IReadOnlyList<TreeEdit> Edits, IReadOnlyList<string> Overridden, IReadOnlyList<StoreOperation> Beside);
