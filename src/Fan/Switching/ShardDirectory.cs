using System.Collections.Immutable;
using System.Text;
using Fan.Commits;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Sharding;
using Fan.Tree;
using Fan.Versions;

namespace Fan.Switching;

/// <summary>What the store says of shards.</summary>
internal sealed class ShardDirectory(ICoordinationStore store)
{
    public async Task<IReadOnlyList<ShardState>> ListAsync(string service, CancellationToken cancellationToken)
    {
        await store.SyncAsync(cancellationToken).ConfigureAwait(false);
        var (assignment, entry, _) = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
        var states = new List<ShardState>();
        for (var shard = 0; shard < (assignment?.Plan.Count ?? 0); shard++)
        {
            var node = await store.GetAsync(ShardPath.OfShard(service, assignment!.Plan, shard), cancellationToken).ConfigureAwait(false);
            states.Add(new ShardState(
                shard,
                assignment.OwnerOf(shard),
                node is null ? null : Encoding.UTF8.GetString(node.Data.Span),
                node?.CreatedTransaction ?? 0,
                entry?.Assigned.ContainsKey(shard) == true));
        }

        return states;
    }

    /// <summary>What its endpoints say of their workers.</summary>
    public async Task<IReadOnlyList<ShardOffer>> OffersAsync(string service, CancellationToken cancellationToken) =>
        ShardOffer.Of(await EndpointsAsync(service, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Sees to it that the owners may be named; what speaks against it where that is overridden, and what should be known.
    /// </summary>
    /// <exception cref="CommitRefusedException">
    /// A worker does not live, or can't own that shard; there is no such shard; a caller would be left without; or nothing would change.
    /// </exception>
    public async Task<(IReadOnlyList<string> Overridden, IReadOnlyList<string> Warnings)> RequireAsync(
        string service,
        IReadOnlyDictionary<int, string?> owners,
        IReadOnlyList<ApplicationRecord> applications,
        bool force,
        CancellationToken cancellationToken)
    {
        var (assignment, entry, offers) = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
        if (assignment is null) throw new CommitRefusedException([$"'{service}' has no shards, or nobody serves it."]);
        var refusals = owners.Keys.Where(shard => shard < 0 || shard >= assignment.Plan.Count)
            .Select(shard => $"'{service}' has no shard {shard}; it has 0 to {assignment.Plan.Count - 1}.").ToList();
        if (refusals.Count > 0) throw new CommitRefusedException(refusals);
        if (owners.All(owner => (entry?.Assigned.GetValueOrDefault(owner.Key)) == owner.Value))
        {
            var now = owners.Select(
                owner => $"shard {owner.Key} is assigned to {(owner.Value is null ? "nobody" : $"'{owner.Value}'")}");
            throw new CommitRefusedException([$"Nothing would change: {string.Join(", ", now)} already."], canBeForced: false);
        }

        var warnings = new List<string>();
        foreach (var worker in owners.Values.OfType<string>().Distinct())
        {
            var own = offers.Where(offer => offer.Worker == worker).ToList();
            if (own.Count == 0)
            {
                refusals.Add(
                    $"No worker '{worker}' serves '{service}'; " +
                    $"there is {string.Join(", ", offers.Select(offer => offer.Worker).Distinct().Order(StringComparer.Ordinal))}.");
            }
            else if (!own.Exists(offer => offer.Plan.Text == assignment.Plan.Text))
            {
                refusals.Add(
                    $"'{worker}' divides '{service}' by '{own[0].Plan.Text}', and it is divided by '{assignment.Plan.Text}': " +
                    "it can't own a shard of that.");
            }
            else
            {
                FindLeftOut(service, worker, own, applications, refusals, warnings);
            }
        }

        return refusals.Count == 0 || force ? (refusals, warnings) : throw new CommitRefusedException(refusals);
    }

    /// <summary>Sees to it that keys may be put into these shards; how many shards there are.</summary>
    /// <exception cref="CommitRefusedException">
    /// Its keys are not listed, a key can't be one of its names, there is no such shard, or nothing would change.
    /// </exception>
    public async Task<int> RequireListedAsync(
        string service, IReadOnlyList<KeyValuePair<string, int?>> listed, CancellationToken cancellationToken)
    {
        var (assignment, entry, _) = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
        if (assignment is null) throw new CommitRefusedException([$"'{service}' has no shards, or nobody serves it."], canBeForced: false);
        if (!assignment.Plan.IsDirectory)
        {
            throw new CommitRefusedException(
                [$"The keys of '{service}' divide by '{assignment.Plan.Text}'; " +
                    "only those of a service with ShardByDirectory are put into shards."],
                canBeForced: false);
        }

        var wrong = listed.Select(key => key.Value).OfType<int>()
            .Where(shard => shard < 0 || shard >= assignment.Plan.Count).Distinct()
            .Select(shard => $"'{service}' has no shard {shard}; it has 0 to {assignment.Plan.Count - 1}.").ToList();
        if (await TemplateAsync(service, cancellationToken).ConfigureAwait(false) is { } template)
        {
            wrong.AddRange(listed.Where(key => key.Key.Split(',').Length != template.ShardKeys.Count).Select(key =>
                $"'{key.Key}' has {key.Key.Split(',').Length} keys, and '{template}' takes {template.ShardKeys.Count} " +
                $"({string.Join(", ", template.ShardKeys)}): no call would match it. Write a comma between keys, " +
                "and %2C where a key has one."));
        }

        wrong.AddRange(
            listed.Where(key => key.Key.Split(',').Any(part => !ServiceName.IsKey(Uri.UnescapeDataString(part))))
                .Select(
                    key => $"'{Messaging.HeaderText.Shorten(key.Key)}' is no shard key: it must have 1 to {ServiceName.MaxKeyLength} " +
                        "characters, no control characters."));
        if (wrong.Count == 0
            && listed.All(key => entry is not null && entry.Keys.TryGetValue(key.Key, out var now) ? now == key.Value : key.Value is null))
        {
            var places = listed.Select(
                key => key.Value is { } shard ? $"'{key.Key}' is in shard {shard}" : $"'{key.Key}' is not listed");
            wrong.Add($"Nothing would change: {string.Join(", ", places)} already.");
        }

        return wrong.Count == 0 ? assignment.Plan.Count : throw new CommitRefusedException(wrong, canBeForced: false);
    }

    public async Task UntilHeldAsync(string service, IReadOnlyDictionary<int, string?> owners, CancellationToken cancellationToken)
    {
        await foreach (var _ in store.WatchAsync(ShardPath.OfService(service), cancellationToken).ConfigureAwait(false))
        {
            var (assignment, _, _) = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
            if (assignment is null) continue;
            var held = true;
            foreach (var shard in owners.Keys)
            {
                var node = await store.GetAsync(
                    ShardPath.OfShard(service, assignment.Plan, shard), cancellationToken).ConfigureAwait(false);
                held &= node is not null && Encoding.UTF8.GetString(node.Data.Span) == (owners[shard] ?? assignment.OwnerOf(shard));
            }

            if (held) return;
        }
    }

    /// <summary>The shards that are not held by whom they are to be.</summary>
    public async Task<IReadOnlyList<string>> NotHeldAsync(
        string service, IReadOnlyDictionary<int, string?> owners, CancellationToken cancellationToken) =>
        [.. (await ListAsync(service, cancellationToken).ConfigureAwait(false))
            .Where(state => owners.TryGetValue(state.Shard, out var owner) && state.Holder != (owner ?? state.Owner))
            .Select(
                state => $"shard {state.Shard} of {owners[state.Shard] ?? state.Owner ?? "nobody"}, held by {state.Holder ?? "nobody"}")];

    // Nobody else may answer for a shard: whose range leaves its owner's version out fails there.
    private static void FindLeftOut(
        string service,
        string worker,
        IReadOnlyList<ShardOffer> own,
        IReadOnlyList<ApplicationRecord> applications,
        List<string> refusals,
        List<string> warnings)
    {
        foreach (var (application, need) in applications.SelectMany(record => record.Needs.Where(need => need.Service == service)
            .Select(need => (record.Application, Need: need with { IsMet = false }))).Distinct())
        {
            if (own.Any(offer => ChangeChecks.Fits(need.Range, offer.Version))) continue;
            var text =
                $"'{application}' {(need.IsHard ? "depends on" : "uses")} '{service}' {need.Range}, which " +
                $"{string.Join(", ", own.Select(offer => offer.Version))} of '{worker}' does not fit: its calls for that shard would fail.";
            (need.IsHard ? refusals : warnings).Add(text);
        }
    }

    private async Task<(ShardAssignment? Assignment, RouteEntry? Entry, IReadOnlyList<ShardOffer> Offers)> ReadAsync(
        string service, CancellationToken cancellationToken)
    {
        var set = await EndpointsAsync(service, cancellationToken).ConfigureAwait(false);
        var json = await store.GetAsync(CommitPath.OfValue(CommitPath.OfRoute(service)), cancellationToken).ConfigureAwait(false);
        var entry = json is { Data.IsEmpty: false } ? RouteEntry.Parse(Encoding.UTF8.GetString(json.Data.Span)) : null;
        return (ShardAssignment.Of(set, entry), entry, ShardOffer.Of(set));
    }

    private async Task<ServiceName?> TemplateAsync(string service, CancellationToken cancellationToken)
    {
        var template = (await EndpointsAsync(service, cancellationToken).ConfigureAwait(false)).All.Select(
            endpoint => endpoint.Description.Template).OfType<string>().FirstOrDefault();
        return template is not null && ServiceName.TryParse(template, out var name, out _) ? name : null;
    }

    private async Task<EndpointSet> EndpointsAsync(string service, CancellationToken cancellationToken)
    {
        var endpoints = ImmutableDictionary.CreateBuilder<string, Endpoint>(StringComparer.Ordinal);
        foreach (var version in await store.GetChildrenAsync(EndpointPath.Service(service), cancellationToken).ConfigureAwait(false) ?? [])
        {
            if (!ServiceVersion.TryParse(version, out _)) continue;
            foreach (var name
                in await store.GetChildrenAsync(EndpointPath.Version(service, version), cancellationToken).ConfigureAwait(false)
                    ?? [])
            {
                var path = StorePath.Join(EndpointPath.Version(service, version), name);
                if (name == EndpointPath.Barrier || await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is not { } node)
                {
                    continue;
                }

                try
                {
                    endpoints[path] = new Endpoint(
                        path, node.CreatedTransaction, service, version, EndpointDescription.Parse(node.Data), TimeProvider.System);
                }
                catch (FormatException)
                {
                    // No endpoint of ours, so no owner of shards.
                }
            }
        }

        return new EndpointSet(endpoints.ToImmutable());
    }
}
