using Fan.Coordination;
using Fan.ZooKeeper.Client;

namespace Fan.ZooKeeper;

/// <summary>Hands what a watch of the client sees to a reader's bounded buffer.</summary>
internal sealed class StoreWatchSink(StoreWatch watch) : IWatchSink
{
    public void OnEvent(WatchEvent change) => watch.Offer(new StoreEvent(
        change.Type switch
        {
            WatchEventType.Created => StoreEventKind.Created,
            WatchEventType.Deleted => StoreEventKind.Deleted,
            _ => StoreEventKind.Changed,
        },
        change.Path));

    public void OnRearmed() => watch.Resync();
}
