using Fan.Messaging;
using Microsoft.AspNetCore.Http.Features;

namespace Fan.Http.Serving;

/// <summary>
/// The time between leaving the store and closing the listener: callers that have not heard of it yet are still served, on
/// connections that they are asked not to use again. A request that meets a closing connection would fail. Safe from any thread.
/// </summary>
internal sealed class LameDuck(TimeSpan quiet, TimeProvider clock)
{
    // Callers that do not follow the store never fall quiet.
    private const int LongestInQuietTimes = 8;

    private long _lastRequest;
    private volatile bool _leaving;

    /// <summary>Marks a request, where that matters.</summary>
    public void OnRequest(IFeatureCollection features)
    {
        if (!_leaving) return;
        Volatile.Write(ref _lastRequest, clock.GetTimestamp());
        var headers = features.GetRequiredFeature<IHttpResponseFeature>().Headers;
        // A caller may hear of it here before the store has told it.
        headers[HeaderNames.Leaving] = "1";
        if (RequestHeaders.IsOfHttp1(features.GetRequiredFeature<IHttpRequestFeature>())) headers.Connection = "close";
    }

    /// <summary>Waits until no caller seems to be left. One that is not connected may be about to be.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        Volatile.Write(ref _lastRequest, began);
        _leaving = true;
        try
        {
            while (clock.GetElapsedTime(began) < quiet * LongestInQuietTimes)
            {
                var left = quiet - clock.GetElapsedTime(Volatile.Read(ref _lastRequest));
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
