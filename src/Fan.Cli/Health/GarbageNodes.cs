using Fan.Commits;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Observing;
using Fan.Queues;
using Fan.Tree;

namespace Fan.Cli.Health;

/// <summary>A node that holds what nobody can read.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Version">The version that was read.</param>
/// <param name="IsHeld">Whether it goes with the session of a process that lives, or has nodes below it: then it stays.</param>
internal sealed record GarbageNode(string Path, string Reason, int Version, bool IsHeld);

/// <summary>Finds the nodes that nobody can read: everybody passes them by, so nothing is lost when they go.</summary>
internal static class GarbageNodes
{
    public static async Task<IReadOnlyList<GarbageNode>> FindAsync(
        ICoordinationStore store, EndpointListing listing, CancellationToken cancellationToken)
    {
        var found = new List<GarbageNode>();
        foreach (var problem in listing.Problems) await LookAsync(problem.Path, _ => problem.Reason).ConfigureAwait(false);
        await EachAsync(
            CommitPath.OfValue(CommitPath.Routes),
            path => LookAsync(
                path,
                node => Wrong(() => node.Data.IsEmpty
                    || RouteEntry.Parse(System.Text.Encoding.UTF8.GetString(node.Data.Span)) is not null))).ConfigureAwait(false);
        await EachAsync(
            CommitPath.Applications,
            path => LookAsync(path, node => Wrong(() => ApplicationRecord.Parse(node.Data) is not null))).ConfigureAwait(false);
        await EachAsync(
            ObservationPath.Wanted,
            path => LookAsync(path, node => Wrong(() => ObservationJson.ReadWanted(node.Data) is not null))).ConfigureAwait(false);
        await EachAsync(
            ObservationPath.Reports,
            path => LookAsync(path, node => Wrong(() => ObservationJson.Read(node.Data).Watch is not null))).ConfigureAwait(false);
        await EachAsync(QueuePath.Root, service => EachAsync(service, path => LookAsync(path, node => Wrong(() =>
            QueueRegistration.Parse(
                new QueueName(StorePath.Name(service), StorePath.Name(path)), node.Data) is not null)))).ConfigureAwait(false);
        await LookAsync(
            CommitPath.Barrier,
            node => node.EphemeralOwner == 0 ? "It goes with nobody's session, so it was made by hand." : null).ConfigureAwait(false);
        return found;

        async Task EachAsync(string parent, Func<string, Task> look)
        {
            foreach (var name in await store.GetChildrenAsync(parent, cancellationToken).ConfigureAwait(false) ?? [])
            {
                await look(StorePath.Join(parent, name)).ConfigureAwait(false);
            }
        }

        async Task LookAsync(string path, Func<StoreNode, string?> wrong)
        {
            if (await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is not { } node || wrong(node) is not { } reason)
            {
                return;
            }

            var isHeld = node.EphemeralOwner != 0
                || (await store.GetChildrenAsync(path, cancellationToken).ConfigureAwait(false))?.Count > 0;
            found.Add(new GarbageNode(path, reason, node.Version, isHeld));
        }
    }

    private static string? Wrong(Func<bool> read)
    {
        try
        {
            read();
            return null;
        }
        catch (FormatException error)
        {
            return error.Message;
        }
    }
}
