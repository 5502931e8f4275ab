using System.Globalization;
using Fan.Commits;
using Fan.Coordination;
using Fan.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Fan.Observing;

/// <summary>
/// Counts the application's calls while somebody in the system wants to know, and reports the sums in the store. Safe from any thread.
/// </summary>
internal sealed class CallReporter(
    StoreConnection connection, FanTelemetry telemetry, TimeProvider clock, ILogger<CallReporter> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private Task? _following;
    private long _told;

    public void Start() =>
        _following ??= OwnerTask.Run(connection, "the counts of calls", clock, logger, null, FollowAsync, _stopping.Token);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_following is not null) await _following.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task FollowAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        var (watch, reporting, ending) = ("", Task.CompletedTask, CancellationTokenSource.CreateLinkedTokenSource(stopping));
        try
        {
            await foreach (var _ in store.WatchAsync(ObservationPath.Wanted, stopping).ConfigureAwait(false))
            {
                var node = await store.GetAsync(ObservationPath.Wanted, stopping).ConfigureAwait(false);
                var wanted = node?.CreatedTransaction.ToString(CultureInfo.InvariantCulture) ?? "";
                retry.Reset();
                // An interruption of the store may have ended the report.
                if (wanted == watch && !reporting.IsCompleted) continue;
                await EndAsync().ConfigureAwait(false);
                if (node is null || WantedOf(node) is not { } services) continue;
                ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                (watch, reporting) = (wanted, ReportAsync(store, wanted, services, ending.Token));
            }
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }

        async Task EndAsync()
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await reporting.ConfigureAwait(false);
            ending.Dispose();
            (watch, ending) = ("", new CancellationTokenSource());
        }
    }

    // Told once for each: others may write there, and every application sees it.
    private IReadOnlyList<string>? WantedOf(StoreNode node)
    {
        try
        {
            return ObservationJson.ReadWanted(node.Data);
        }
        catch (FormatException error)
        {
            if (_told == node.ModifiedTransaction) return null;
            _told = node.ModifiedTransaction;
            CommitsLog.Malformed(logger, ObservationPath.Wanted, error.Message);
            return null;
        }
    }

    private async Task ReportAsync(
        ICoordinationStore store, string watch, IReadOnlyList<string> services, CancellationToken cancellationToken)
    {
        using var counts = new CallCounts(telemetry, services);
        try
        {
            var data = ObservationJson.Write(watch, counts.Read());
            var create = new StoreOperation.Create(
                StorePath.Join(ObservationPath.Reports, ObservationPath.ReportPrefix), data, NodeKind.EphemeralSequential);
            var path = (await store.CommitAsync([create], cancellationToken).ConfigureAwait(false))[0].Path;
            using var timer = new PeriodicTimer(Interval, clock);
            try
            {
                while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                {
                    var now = ObservationJson.Write(watch, counts.Read());
                    if (now.AsSpan().SequenceEqual(data)) continue;
                    await store.CommitAsync([new StoreOperation.Set(path, now)], cancellationToken).ConfigureAwait(false);
                    data = now;
                }
            }
            finally
            {
                await store.CommitAsync([new StoreOperation.Delete(path)], CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is StoreException or OperationCanceledException or ObjectDisposedException)
        {
            // It was ended, or the session was; then the next event begins it anew.
        }
    }
}
