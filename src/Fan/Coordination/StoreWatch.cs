using System.Threading.Channels;

namespace Fan.Coordination;

/// <summary>
/// The bounded buffer between a store and one reader of a watch: what does not fit becomes one <see cref="StoreEventKind.Resync"/>. Safe
/// from any thread.
/// </summary>
internal sealed class StoreWatch(string path)
{
    private const int Capacity = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<StoreEvent> _pending = new([new StoreEvent(StoreEventKind.Resync, path)]);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Offer(StoreEvent change)
    {
        if (!Covers(change.Path)) return;
        lock (_gate)
        {
            if (_pending.Count == Capacity)
            {
                _pending.Clear();
                _pending.Enqueue(new StoreEvent(StoreEventKind.Resync, path));
            }
            else
            {
                _pending.Enqueue(change);
            }
        }

        _wake.Writer.TryWrite(true);
    }

    public void Resync()
    {
        lock (_gate)
        {
            _pending.Clear();
            _pending.Enqueue(new StoreEvent(StoreEventKind.Resync, path));
        }

        _wake.Writer.TryWrite(true);
    }

    public void Complete() => _wake.Writer.TryComplete();

    public async IAsyncEnumerable<StoreEvent> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            while (TryTake(out var change)) yield return change;
            if (!await _wake.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) yield break;
            _wake.Reader.TryRead(out _);
        }
    }

    private bool TryTake(out StoreEvent change)
    {
        lock (_gate) return _pending.TryDequeue(out change);
    }

    private bool Covers(string changed) =>
        path == "/"
        || (changed.StartsWith(path, StringComparison.Ordinal) && (changed.Length == path.Length || changed[path.Length] == '/'));
}
