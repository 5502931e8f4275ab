namespace Fan.Routing;

/// <summary>What of a service's route does not count for whoever stands before it.</summary>
/// <param name="PastAlias">Whether its calls go to itself, although the route gives them to another service.</param>
/// <param name="PastVersions">Whether any version may be taken, active or not.</param>
/// <param name="Never">A service to which they must not come back by a detour; null where there is none.</param>
/// <param name="Passed">
/// The versions that the caller accepts of the services whose proxies its call has passed, as they travel; null where nothing is said.
/// </param>
internal readonly record struct RouteAim(bool PastAlias, bool PastVersions, string? Never, string? Passed = null);
