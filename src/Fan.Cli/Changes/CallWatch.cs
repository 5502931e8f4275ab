using Fan.Observing;

namespace Fan.Cli.Changes;

/// <summary>The calls of some services as all applications see them, followed from now on. One flow of control uses it.</summary>
internal sealed class CallWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _following;
    private IReadOnlyDictionary<string, ObservedCalls> _calls = new Dictionary<string, ObservedCalls>();

    private CallWatch(ICallObserver observer, IReadOnlyCollection<string> services, CancellationToken cancellationToken)
    {
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _following = FollowAsync(observer, services);
    }

    public static async Task<CallWatch> StartAsync(
        ICallObserver observer, IReadOnlyCollection<string> services, CancellationToken cancellationToken)
    {
        var watch = new CallWatch(observer, services, cancellationToken);
        try
        {
            await watch._begun.Task.ConfigureAwait(false);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What was counted so far.</summary>
    public ObservedCalls Of(string service) => Volatile.Read(ref _calls).GetValueOrDefault(service, ObservedCalls.None);

    /// <summary>Throws what ended it, where it has ended.</summary>
    public void ThrowIfEnded()
    {
        if (_following.IsCompleted) _following.GetAwaiter().GetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task FollowAsync(ICallObserver observer, IReadOnlyCollection<string> services)
    {
        try
        {
            await foreach (var calls in observer.ObserveAsync(services, _ending.Token).ConfigureAwait(false))
            {
                Volatile.Write(ref _calls, calls);
                _begun.TrySetResult();
            }
        }
        catch (Exception error)
        {
            _begun.TrySetException(error);
            throw;
        }
    }
}
