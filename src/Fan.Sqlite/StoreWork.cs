namespace Fan.Sqlite;

/// <summary>Something for the loop that owns the database.</summary>
internal abstract class StoreWork
{
    public abstract void Run();

    public abstract void Fail(Exception error);
}

internal sealed class StoreWork<T>(Func<T> work, CancellationToken cancellationToken) : StoreWork
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Done => _done.Task;

    public override void Run()
    {
        // What was cancelled while it waited is not begun.
        if (cancellationToken.IsCancellationRequested) _done.TrySetCanceled(cancellationToken);
        else _done.TrySetResult(work());
    }

    public override void Fail(Exception error)
    {
        _done.TrySetException(error);
        // The loop's own work has nobody who waits for it; the state of the store tells of its failure.
        _ = _done.Task.Exception;
    }
}
