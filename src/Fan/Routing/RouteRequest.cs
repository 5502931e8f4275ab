using Fan.Commits;

namespace Fan.Routing;

/// <summary>What of a call decides where it goes, besides its service and range.</summary>
/// <param name="Snapshot">The snapshot that its call tree reads.</param>
/// <param name="Draw">The call tree's draw.</param>
/// <param name="Context">The caller's context.</param>
internal readonly record struct RouteRequest(TreeSnapshot Snapshot, uint Draw, CallContext Context);
