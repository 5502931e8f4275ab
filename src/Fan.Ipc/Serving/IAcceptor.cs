using Fan.Ipc.Connections;

namespace Fan.Ipc.Serving;

/// <summary>Where a listener's connections come from. Disposing of it ends the listening; what was accepted stays.</summary>
internal interface IAcceptor : IDisposable
{
    /// <summary>Waits for the next caller. Called by one at a time.</summary>
    /// <exception cref="IOException">It can't at the moment, e.g. as there are no more file descriptors.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or disposed of.</exception>
    ValueTask<IDisposable> AcceptAsync(CancellationToken cancellationToken);

    /// <summary>Makes a link of what was accepted; a handshake is part of it.</summary>
    ValueTask<WireLink> OpenAsync(IDisposable accepted, CancellationToken cancellationToken);
}
