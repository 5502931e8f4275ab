using Fan.Coordination;
using Fan.Routing;

namespace Fan.Discovery;

/// <summary>Reads the whole tree of endpoints once. For one use by one reader.</summary>
internal sealed class DirectoryWalk(ICoordinationStore store, TimeProvider clock)
{
    public List<Endpoint> Endpoints { get; } = [];

    public List<EndpointProblem> Problems { get; } = [];

    public List<string> Barriers { get; } = [];

    public async Task VisitAsync(string path, string service, CancellationToken cancellationToken)
    {
        var children = await store.GetChildrenAsync(path, cancellationToken).ConfigureAwait(false) ?? [];
        foreach (var child in children)
        {
            var below = StorePath.Join(path, child);
            if (service.Length > 0 && ServiceVersion.TryParse(child, out _)) await VisitVersionAsync(below, service, child, cancellationToken).ConfigureAwait(false);
            else if (service.Count(c => c == '.') + 1 < ServiceName.MaxParts) await VisitAsync(below, service.Length == 0 ? child : $"{service}.{child}", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task VisitVersionAsync(string path, string service, string version, CancellationToken cancellationToken)
    {
        foreach (var name in await store.GetChildrenAsync(path, cancellationToken).ConfigureAwait(false) ?? [])
        {
            var node = StorePath.Join(path, name);
            if (name == EndpointPath.Barrier)
            {
                Barriers.Add(path);
                continue;
            }

            if (await store.GetAsync(node, cancellationToken).ConfigureAwait(false) is not { } read) continue;
            try
            {
                Endpoints.Add(new Endpoint(node, read.CreatedTransaction, service, version, EndpointDescription.Parse(read.Data), clock));
            }
            catch (FormatException error)
            {
                Problems.Add(new EndpointProblem(node, error.Message));
            }
        }
    }
}
