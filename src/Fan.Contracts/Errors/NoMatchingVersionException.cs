namespace Fan;

/// <summary>The service lives, but in no version that the caller accepts. Wire code <c>no_matching_version</c>.</summary>
public sealed class NoMatchingVersionException(string service, string requested, IReadOnlyList<string> available, string message)
    : FanException(ErrorCodes.NoMatchingVersion, message)
{
    /// <summary>The service that was asked for.</summary>
    public string Service { get; } = service;

    /// <summary>The version range that was asked for.</summary>
    public string Requested { get; } = requested;

    /// <summary>The versions that have live endpoints.</summary>
    public IReadOnlyList<string> Available { get; } = available;
}
