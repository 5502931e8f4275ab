namespace Fan.Database.Engines.Sqlite;

/// <summary>A script on its way through the loop that owns the file.</summary>
internal sealed class SqliteWork(Script script, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Script Script => script;

    public Task Done => _done.Task;

    /// <summary>What it failed with while the others of its commit went on.</summary>
    public Exception? Error { get; set; }

    /// <summary>False where it was cancelled while it waited.</summary>
    public bool Begin()
    {
        if (!cancellationToken.IsCancellationRequested) return true;
        _done.TrySetCanceled(cancellationToken);
        return false;
    }

    public void End()
    {
        if (Error is { } error) _done.TrySetException(error);
        else _done.TrySetResult();
    }

    public void Fail(Exception error) => _done.TrySetException(error);
}
