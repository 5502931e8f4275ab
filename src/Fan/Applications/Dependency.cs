using Fan.Discovery;
using Fan.Versions;

namespace Fan.Applications;

/// <summary>A service that the application needs, and whether it is there. Safe from any thread.</summary>
internal sealed class Dependency(string service, VersionRange range, bool isHard, string contract, EndpointDirectory directory)
{
    /// <summary>The version of the contract that calls of it are made by.</summary>
    public string Contract => contract;

    public string Service => service;

    public VersionRange Range => range;

    public bool IsHard => isHard;

    /// <summary>Begins to follow the service; until then nothing is known of it.</summary>
    public void Follow() => directory.Follow(service);

    public bool IsMet(IReadOnlyList<Serving.ServedService> hosted) =>
        hosted.Any(own => own.Name.Canonical == service && Fits(own.Version))
        || directory.Follow(service).Current.All.Any(endpoint => Fits(endpoint.Version));

    /// <summary>Waits until the endpoints of the service are as asked for.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or nobody follows the service any more.</exception>
    public async Task ChangedAsync(Func<bool> isSo, CancellationToken cancellationToken)
    {
        var follower = directory.Follow(service);
        while (true)
        {
            var seen = follower.Current;
            if (isSo()) return;
            await follower.ChangedAsync(seen, cancellationToken).ConfigureAwait(false);
            // It says so once more when it ends.
            if (ReferenceEquals(seen, follower.Current)) throw new OperationCanceledException("The application ends.");
        }
    }

    private bool Fits(string text) => ServiceVersion.TryParse(text, out var version) && range.Contains(version);
}
