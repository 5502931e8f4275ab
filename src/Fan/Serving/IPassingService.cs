using System.Buffers;
using Fan.Generated;

namespace Fan.Serving;

/// <summary>A service that takes whatever method is called and passes it on, as the server sees it. Safe from any thread.</summary>
internal interface IPassingService
{
    /// <summary>The service that calls are passed on to.</summary>
    string Service { get; }

    /// <summary>Waits until it is known what methods there are.</summary>
    Task LoadedAsync(CancellationToken cancellationToken);

    /// <summary>Whether methods of which nothing in particular is said are for anyone.</summary>
    /// <param name="own">The name of the service itself.</param>
    bool IsOpen(string own);

    /// <summary>The method of that wire name.</summary>
    /// <exception cref="NoSuchServiceException">Nothing is there that it could be passed on to.</exception>
    /// <exception cref="NoSuchMethodException">Nothing there has the method.</exception>
    ServedMethod Resolve(ServedService own, string method);

    /// <summary>Passes a call on.</summary>
    /// <param name="method">What <see cref="Resolve"/> gave.</param>
    /// <param name="implementation">The object behind the service.</param>
    /// <param name="call">The call.</param>
    /// <param name="reply">Takes the one reply; null for a stream.</param>
    /// <param name="items">Takes the items; null for a call with one reply.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask ServeAsync(
        ServedMethod method,
        object implementation,
        IncomingCall call,
        IBufferWriter<byte>? reply,
        IItemSink? items,
        CancellationToken cancellationToken);
}
