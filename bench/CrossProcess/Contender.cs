using CrossProcess.Brokers;

namespace CrossProcess;

/// <summary>One way of calling another process.</summary>
/// <param name="Name">The name of its rows.</param>
/// <param name="StartServer">Starts its server in this process.</param>
/// <param name="Connect">Connects this process to the server at an address.</param>
internal sealed record Contender(string Name, Func<Task<Server>> StartServer, Func<string, Task<Client>> Connect)
{
    /// <summary>What stands between the two sides.</summary>
    public Broker? Broker { get; init; }

    /// <summary>Whether it has calls.</summary>
    public bool Calls { get; init; } = true;

    /// <summary>Whether it has pushes.</summary>
    public bool Pushes { get; init; }

    public bool Has(Payload payload) => payload.IsPush ? Pushes : Calls;
}

/// <summary>The side that answers, in a process of its own.</summary>
internal abstract class Server : IAsyncDisposable
{
    /// <summary>What a client needs to reach it.</summary>
    public abstract string Address { get; }

    public abstract ValueTask DisposeAsync();
}

/// <summary>The side that calls. Safe from any thread.</summary>
internal abstract class Client : IAsyncDisposable
{
    /// <summary>Sends a text and takes it back.</summary>
    public abstract ValueTask<string> EchoAsync(string text);

    /// <summary>Sends <see cref="Wine.Sample"/> and takes it back; tells its id.</summary>
    public abstract ValueTask<int> RecordAsync();

    /// <summary>Sends a text; returns when it is as safe as it will be. Nobody takes it.</summary>
    public virtual ValueTask PushAsync(string text) => throw new NotSupportedException("It has no pushes.");

    /// <summary>Takes away what was pushed.</summary>
    public virtual Task EmptyAsync() => Task.CompletedTask;

    public abstract ValueTask DisposeAsync();
}
