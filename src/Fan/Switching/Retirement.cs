using Fan.Commits;
using Fan.Tree;
using Fan.Versions;
using Microsoft.Extensions.Logging;
using Semver;

namespace Fan.Switching;

/// <summary>
/// Notices when no call may come any more to any service version of the application, since a commit gave them to others and all call trees
/// from before have ended; then stops it, where it is told to. Safe from any thread.
/// </summary>
internal sealed class Retirement : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SnapshotHistory _history;
    private readonly Func<bool> _isLoaded;
    private readonly IReadOnlyList<Hosted> _hosted;
    private readonly TimeSpan? _stopsAfter;
    private readonly Action _stop;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private ITimer? _leaving;
    private bool _isRetired;
    private bool _isDisposed;

    // Without the sharded services: their calls go to whoever owns the shard.
    public Retirement(
        IEnumerable<HostedVersion> hosted,
        SnapshotHistory history,
        Func<bool> isLoaded,
        TimeSpan? stopsAfter,
        Action stop,
        TimeProvider clock,
        ILogger logger)
    {
        _hosted = [.. hosted.Select(
            version => new Hosted(version, ServiceVersion.TryParse(version.Version, out var parsed) ? parsed : null))];
        (_history, _isLoaded, _stopsAfter, _stop, _clock, _logger) = (history, isLoaded, stopsAfter, stop, clock, logger);
    }

    /// <summary>Whether no call may come to any of its versions any more.</summary>
    public bool IsRetired
    {
        get
        {
            lock (_gate) return _isRetired;
        }
    }

    /// <summary>Begins to look, now and at each change of the snapshots.</summary>
    public void Start()
    {
        if (_hosted.Count == 0) return;
        _history.Follow(Look);
        Look();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _leaving?.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            // Before the tree was read everything seems to take calls.
            if (_isDisposed || !_isLoaded()) return;
            foreach (var hosted in _hosted)
            {
                // The one from before the log was read says nothing.
                var takesCalls = _history.Any(snapshot => (snapshot.Number > 0 || _history.Current.Number == 0) && Takes(snapshot, hosted));
                if (takesCalls) hosted.HasTakenCalls = true;
                // One that waits for its first switch has not retired.
                var isRetired = hosted.HasTakenCalls && !takesCalls;
                if (isRetired == hosted.IsRetired) continue;
                hosted.IsRetired = isRetired;
                if (isRetired) SwitchingLog.Retired(_logger, hosted.Version.Service, hosted.Version.Version, _history.Current.Number);
                else SwitchingLog.TakesCallsAgain(_logger, hosted.Version.Service, hosted.Version.Version, _history.Current.Number);
            }

            Set(_hosted.All(hosted => hosted.IsRetired));
        }
    }

    private void Set(bool isRetired)
    {
        if (isRetired == _isRetired) return;
        _isRetired = isRetired;
        _leaving?.Dispose();
        _leaving = isRetired && _stopsAfter is { } time
            ? _clock.CreateTimer(static retirement => ((Retirement)retirement!).Leave(), this, time, Timeout.InfiniteTimeSpan)
            : null;
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (!_isRetired || _isDisposed) return;
        }

        SwitchingLog.StopsRetired(_logger);
        _stop();
    }

    private static bool Takes(TreeSnapshot snapshot, Hosted hosted)
    {
        var route = snapshot.RouteOf(hosted.Version.Service);
        // What its calls are led to may be a proxy, which calls whatever version it likes.
        return route is null
            || route.Alias is not null
            || route.Versions.Length == 0
            || route.Versions.Any(active => hosted.Parsed is { } version && SemVersion.ComparePrecedence(active.Version, version) == 0);
    }

    private sealed class Hosted(HostedVersion version, SemVersion? parsed)
    {
        public HostedVersion Version => version;

        public SemVersion? Parsed => parsed;

        public bool HasTakenCalls { get; set; }

        public bool IsRetired { get; set; }
    }
}
