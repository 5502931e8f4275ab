using Fan.Coordination;
using Fan.Discovery;
using Fan.Lifetime;
using Microsoft.Extensions.Logging;

namespace Fan.Coordination;

/// <summary>
/// The application's one session with its store: opened in the background, again and again until it succeeds. Safe from any thread.
/// </summary>
internal sealed class StoreConnection(
    ICoordinationStore store, TimeProvider clock, ILogger<StoreConnection> logger, StopBudget? budget = null) : IAsyncDisposable
{
    private readonly TaskCompletionSource<ICoordinationStore> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _attempted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task? _opening;

    public string DisplayName => store.DisplayName;

    public SessionState State => store.State;

    public long SessionId => store.SessionId;

    /// <summary>How long the session is known to be held; zero when that can't be known.</summary>
    public TimeSpan LeaseRemaining => store.LeaseRemaining;

    /// <summary>Why it is not open; null when it is, or before the first attempt.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whether it was disposed, so that nothing comes of the store any more.</summary>
    public bool HasEnded => _stopping.IsCancellationRequested;

    /// <summary>
    /// Whether an exception is only the end of whoever follows the store. A store may throw the same for reasons of its own, such as a time
    /// of its own that was over.
    /// </summary>
    public bool IsEnd(Exception error, CancellationToken stopping) =>
        error is OperationCanceledException or ObjectDisposedException && (stopping.IsCancellationRequested || HasEnded);

    /// <summary>Completed when the first attempt to open it has ended, in whatever way.</summary>
    public Task Attempted => _attempted.Task;

    /// <summary>The open store; opens it if nobody did.</summary>
    public Task<ICoordinationStore> OpenedAsync(CancellationToken cancellationToken)
    {
        Start();
        return _opened.Task.WaitAsync(cancellationToken);
    }

    public void Start()
    {
        lock (_gate)
        {
            if (_opening is not null) return;
            using (ExecutionContext.SuppressFlow()) _opening = Task.Run(OpenAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_opening is not null) await EndAsync("opening the store", _opening).ConfigureAwait(false);
        _opened.TrySetException(new ObjectDisposedException(nameof(StoreConnection)));
        _ = _opened.Task.Exception;
        _attempted.TrySetResult();
        await EndAsync("ending the session with the store", store.DisposeAsync().AsTask()).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private Task EndAsync(string what, Task ending) => budget?.EndAsync(what, () => ending) ?? ending;

    private async Task OpenAsync()
    {
        var retry = new RetryPause(clock);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await store.OpenAsync(_stopping.Token).ConfigureAwait(false);
                Trouble = null;
                _opened.TrySetResult(store);
                _attempted.TrySetResult();
                return;
            }
            catch (OperationCanceledException) when (HasEnded)
            {
                return;
            }
            catch (Exception error) when (error is StoreException or OperationCanceledException)
            {
                if (Trouble != error.Message) StoreLog.StoreNotOpen(logger, store.DisplayName, error.Message);
                Trouble = error.Message;
                _attempted.TrySetResult();
                await retry.WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                // Not a matter of time: everybody who waits must see it.
                Trouble = error.Message;
                StoreLog.StoreFailed(logger, error, store.DisplayName);
                _opened.TrySetException(error);
                _attempted.TrySetResult();
                return;
            }
        }
    }
}
