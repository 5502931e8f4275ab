using Semver;

namespace Fan.Serving;

/// <summary>A service of this application, as its own callers see it. Immutable.</summary>
/// <param name="Implementation">What serves it.</param>
/// <param name="Version">Its version.</param>
/// <param name="Shards">The shards of it that are owned here; null where it has none.</param>
/// <param name="Strict">What must be held while it serves; null where it is not strict.</param>
internal sealed record LocalService(
    ServiceImplementation Implementation, SemVersion Version, Sharding.ShardOwner? Shards, Commits.StrictLease? Strict);
