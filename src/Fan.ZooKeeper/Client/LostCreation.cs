namespace Fan.ZooKeeper.Client;

/// <summary>
/// Looks for the ephemeral node of a creation whose answer was lost. What the session had in flight when its connection broke
/// has a number above the last that it had seen, and at most the last before it went on; so a node of the session with such a
/// number is that of a lost request.
/// </summary>
internal sealed class LostCreation(ZooKeeperClient client, CreateNode creation, ConnectionLoss loss)
{
    private const int SequenceDigits = 10;

    /// <summary>What the creation did; null where nothing is there. Waits for the session to go on, which it does with a sync.</summary>
    public async Task<OperationResult?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (creation.Mode == CreateMode.Ephemeral) return await ReadAsync(creation.Path, cancellationToken).ConfigureAwait(false);
            foreach (var path
                in (await client.GetEphemeralsAsync(creation.Path, cancellationToken).ConfigureAwait(false)).Order(StringComparer.Ordinal))
            {
                if (path.Length != creation.Path.Length + SequenceDigits) continue;
                if (await ReadAsync(path, cancellationToken).ConfigureAwait(false) is { } found) return found;
            }

            return null;
        }
        catch (ZooKeeperException)
        {
            // It stays unknown, which is what the caller is told then.
            return null;
        }
    }

    private async Task<OperationResult?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (await client.GetAsync(path, cancellationToken).ConfigureAwait(false) is not { } node) return null;
        var isOurs = node.Stat.EphemeralOwner == loss.SessionId
            && node.Stat.CreatedZxid > loss.LastZxid
            && node.Stat.CreatedZxid <= loss.ResumedZxid
            && creation.Data.Span.SequenceEqual(node.Data);
        return isOurs && loss.Claim(path) ? new OperationResult(path, node.Stat) : null;
    }
}
