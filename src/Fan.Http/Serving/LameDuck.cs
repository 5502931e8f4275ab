using Microsoft.AspNetCore.Http.Features;

namespace Fan.Http.Serving;

/// <summary>
/// The time between leaving the store and closing the listener: callers that have not heard of it yet are still served, on
/// connections that they are asked not to use again. A request that meets a closing connection would fail. Safe from any thread.
/// </summary>
internal sealed class LameDuck(TimeProvider clock)
{
    // Stores tell callers within milliseconds, but a busy machine may take its time to run them.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    // Callers that do not follow the store never fall quiet.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    private long _lastRequest;
    private volatile bool _leaving;

    /// <summary>Marks a request, where that matters.</summary>
    public void OnRequest(IFeatureCollection features)
    {
        if (!_leaving) return;
        Volatile.Write(ref _lastRequest, clock.GetTimestamp());
        if (features.GetRequiredFeature<IHttpRequestFeature>().Protocol.StartsWith("HTTP/1", StringComparison.Ordinal))
            features.GetRequiredFeature<IHttpResponseFeature>().Headers.Connection = "close";
    }

    /// <summary>Waits until no caller seems to be left; at once where none is connected.</summary>
    public async Task WaitAsync(int connections, CancellationToken cancellationToken)
    {
        if (connections == 0) return;
        var began = clock.GetTimestamp();
        Volatile.Write(ref _lastRequest, began);
        _leaving = true;
        try
        {
            while (clock.GetElapsedTime(began) < Longest)
            {
                var left = Quiet - clock.GetElapsedTime(Volatile.Read(ref _lastRequest));
                if (left <= TimeSpan.Zero) return;
                await Task.Delay(left, clock, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // There is no time for it.
        }
    }
}
