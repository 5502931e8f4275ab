using Fan.Queues;

namespace Fan.Conformance.Queues;

/// <summary>One broker or store of the transport under test, for one test. What it starts it stops.</summary>
public interface IQueueHarness : IAsyncDisposable
{
    /// <summary>Opens the transport once more on the same broker or store, as another process would.</summary>
    Task<IQueueTransport> OpenAsync();
}

/// <summary>A broker or store whose queues outlive processes.</summary>
public interface IDurableQueueHarness : IQueueHarness
{
    /// <summary>
    /// Lets a transport die as with its process: its consumers settle nothing more, and nothing is said to the broker. Returns at once.
    /// </summary>
    Task CrashAsync(IQueueTransport transport);

    /// <summary>Kills the broker or store without warning and starts it again. Returns when it takes connections.</summary>
    Task RestartAsync();
}
