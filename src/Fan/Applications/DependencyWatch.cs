using Fan.Serving;

namespace Fan.Applications;

/// <summary>
/// Looks after what the application's record says of its needs: told whenever one is met that was not, or the other way round. Safe from
/// any thread.
/// </summary>
internal sealed class DependencyWatch(
    IReadOnlyList<Dependency> dependencies, IReadOnlyList<ServedService> hosted, Action changed) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _running = Task.WhenAll(dependencies.Select(dependency => Task.Run(() => FollowAsync(dependency), CancellationToken.None)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task FollowAsync(Dependency dependency)
    {
        var told = dependency.IsMet(hosted);
        // The record may have been made before, when it was otherwise.
        changed();
        try
        {
            while (true)
            {
                await dependency.ChangedAsync(() => dependency.IsMet(hosted) != told, _stopping.Token).ConfigureAwait(false);
                told = !told;
                changed();
            }
        }
        catch (OperationCanceledException)
        {
            // The application ends.
        }
    }
}
