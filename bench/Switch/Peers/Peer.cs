namespace SwitchBench.Peers;

/// <summary>A way to replace one version of two services by another while they are called.</summary>
internal abstract class Peer : IAsyncDisposable
{
    public abstract string Name { get; }

    /// <summary>Starts what serves that version, and whatever else it takes.</summary>
    public abstract Task StartAsync(string version);

    /// <summary>
    /// Starts the new version, lets it take the calls, and stops the old one. Told when the calls begin to go over, and when all of them
    /// should have.
    /// </summary>
    public abstract Task ReplaceAsync(string version, Action begun, Action returned);

    /// <summary>A call tree: the versions of price and of tax that it met.</summary>
    public abstract Task<string[]> CallAsync();

    public abstract ValueTask DisposeAsync();
}
