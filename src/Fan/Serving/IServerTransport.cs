using Fan.Discovery;

namespace Fan.Serving;

/// <summary>
/// Takes calls from one kind of network and hands them to the application. Safe from any thread. Owned, and disposed, by the container.
/// </summary>
public interface IServerTransport
{
    /// <summary>The <c>transport</c> of its endpoints, e.g. <c>http</c>.</summary>
    string Name { get; }

    /// <summary>Whether the transport authenticates callers itself, e.g. by certificates. Default: false.</summary>
    bool ProvesCallers => false;

    /// <summary>
    /// Why callers do not reach it at the moment, for the health of the application; null when nothing is known to be wrong. Default:
    /// nothing is.
    /// </summary>
    string? Trouble => null;

    /// <summary>Begins to listen; calls may come from then on. Called once.</summary>
    /// <exception cref="InvalidOperationException">It can't listen where it should; the message says where and why.</exception>
    Task StartAsync(CallServer server, CancellationToken cancellationToken);

    /// <summary>How a service is reached here, once started; null where this transport does not carry it.</summary>
    EndpointDescription? Describe(ServedService service);

    /// <summary>Takes no new calls and waits for those in flight, until cancelled: then it breaks them off.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
