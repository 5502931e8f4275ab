namespace Stores.Clients;

/// <summary>What was done in a slice of time.</summary>
/// <param name="Count">How many operations.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="CpuSeconds">User and system time of the client's process; with a server in the same process, of both.</param>
internal readonly record struct Slice(long Count, double Seconds, double CpuSeconds);

/// <summary>One client of one store. Not safe for concurrent use.</summary>
internal interface IClient : IAsyncDisposable
{
    /// <summary>Reads, writes or does multis for that long, with <see cref="Load.Depth"/> of them in flight.</summary>
    Task<Slice> RunAsync(string operation, double seconds);

    /// <summary>Commits with one session what another one watches; how long each event took from there to here, in milliseconds.</summary>
    Task<IReadOnlyList<double>> WatchAsync(int count);
}

/// <summary>What every client does alike.</summary>
internal static class Load
{
    /// <summary>Operations in flight.</summary>
    public const int Depth = 256;

    /// <summary>The nodes that they go to, in turns.</summary>
    public const int Nodes = 64;

    /// <summary>The data of a node: about an endpoint's.</summary>
    public const int DataBytes = 256;

    public const string Watch = "watch";

    /// <summary>Those that are pipelined. A multi is a check and two writes.</summary>
    public static readonly IReadOnlyList<string> Pipelined = ["read", "write", "multi"];
}
