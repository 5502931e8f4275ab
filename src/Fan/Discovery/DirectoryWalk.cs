using Fan.Coordination;
using Fan.Versions;

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
            if (service.Length > 0 && ServiceVersion.TryParse(child, out _))
            {
                await VisitVersionAsync(below, service, child, cancellationToken).ConfigureAwait(false);
            }
            else if (service.Count(c => c == '.') + 1 < ServiceName.MaxParts)
            {
                await VisitAsync(below, service.Length == 0 ? child : $"{service}.{child}", cancellationToken).ConfigureAwait(false);
            }
            else
            {
                Problems.Add(
                    new EndpointProblem(below, $"It stands deeper than the {ServiceName.MaxParts} parts that a service's name may have."));
            }
        }

        if (children.Count == 0 && service.Length > 0) await VisitEndAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A branch without a version in it: what stands at its end can't be called by anybody.</summary>
    private async Task VisitEndAsync(string path, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is not { Data.Length: > 0 }) return;
        Problems.Add(
            new EndpointProblem(
                path,
                $"'{StorePath.Name(StorePath.Parent(path))}', under which it stands, is no version: it must be SemVer, as in 1.2.0, " +
                "or one to three numbers."));
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
