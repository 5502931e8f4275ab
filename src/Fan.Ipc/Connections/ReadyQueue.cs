using System.Collections.Concurrent;

namespace Fan.Ipc.Connections;

/// <summary>Something that arrived and can be gone on with: a request to serve, a reply whose caller waits.</summary>
internal interface IReady
{
    /// <summary>Goes on with it. May run anybody's code, and so take any time.</summary>
    void Run();
}

/// <summary>Runs what arrived on the thread that read it, after the next read has been handed over. Safe from any thread.</summary>
/// <remarks>
/// It saves the dispatch of each call to the pool. Since anybody's code may block, one rule keeps the others going: while
/// something is left in the queue, or unsent, a helper is on its way in the pool before the next one is run. So a queue that is
/// not empty will be emptied and flushed by somebody, and whoever sees it so need not flush himself.
/// </remarks>
internal sealed class ReadyQueue(ConnectionWriter writer) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<IReady> _items = new();
    private int _helperComes;
    private int _drainer;

    public bool IsEmpty => _items.IsEmpty;

    /// <summary>Whether this thread was the last to begin emptying it.</summary>
    public bool IsDrainedHere => Volatile.Read(ref _drainer) == Environment.CurrentManagedThreadId;

    public void Add(IReady item) => _items.Enqueue(item);

    /// <summary>Runs all that is there, and sends what that wrote.</summary>
    public void Drain()
    {
        while (_items.TryDequeue(out var item))
        {
            if (!_items.IsEmpty || writer.HasUnsent) CallHelper();
            Volatile.Write(ref _drainer, Environment.CurrentManagedThreadId);
            item.Run();
        }

        Volatile.Write(ref _drainer, 0);
        writer.Flush();
    }

    /// <summary>Has another thread empty it too.</summary>
    public void CallHelper()
    {
        // No glance before: without the fence a helper that just leaves could miss what was just added.
        if (Interlocked.Exchange(ref _helperComes, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _helperComes, 0);
        Drain();
    }
}
