using Fan.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Fan.Proxies;

/// <summary>The copies of calls that are under way: so many at the most, and ended with the application. Safe from any thread.</summary>
internal sealed class ProxyMirror(int max, FanTelemetry telemetry, ILogger logger) : IAsyncDisposable
{
    /// <summary>
    /// The baggage member by which a service can tell that it works for a copy; its value is the service that was mirrored.
    /// </summary>
    public const string BaggageMember = "fan-mirror";

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];
    private int _entered;

    /// <summary>Takes a place for a copy, which <see cref="Run"/> fills; false where there is none.</summary>
    public bool TryEnter(string service)
    {
        lock (_gate)
        {
            if (_entered < max && !_stopping.IsCancellationRequested)
            {
                _entered++;
                return true;
            }
        }

        telemetry.Mirrored(service, "dropped");
        return false;
    }

    public void Run(string service, Func<CancellationToken, Task> send)
    {
        Task running;
        // The copy has a context of its own.
        using (ExecutionContext.SuppressFlow()) running = Task.Run(() => SendAsync(service, send), CancellationToken.None);
        lock (_gate) _running.Add(running);
        _ = running.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested) return;
            _stopping.Cancel();
            running = [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task SendAsync(string service, Func<CancellationToken, Task> send)
    {
        try
        {
            await send(_stopping.Token).ConfigureAwait(false);
            telemetry.Mirrored(service, "sent");
        }
        catch (Exception error)
        {
            // Nobody waits for it but who looks at the figures.
            telemetry.Mirrored(service, "failed");
            ProxyLog.MirrorFailed(logger, service, ExceptionText.MessageOf(error));
        }
    }

    private void Forget(Task task)
    {
        lock (_gate)
        {
            _entered--;
            _running.Remove(task);
        }
    }
}
