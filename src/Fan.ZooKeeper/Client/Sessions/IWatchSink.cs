namespace Fan.ZooKeeper.Client;

/// <summary>Takes what a watch sees. Called in order, from the loop that reads the connection: must neither block nor throw.</summary>
internal interface IWatchSink
{
    /// <summary>A node at or below the watched path changed.</summary>
    void OnEvent(WatchEvent change);

    /// <summary>The watch is armed on another connection. What changed while there was none was not reported.</summary>
    void OnRearmed();
}
