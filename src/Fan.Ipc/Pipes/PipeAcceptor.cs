using System.IO.Pipes;
using System.Net.Sockets;
using Fan.Ipc.Connections;
using Fan.Ipc.Serving;

namespace Fan.Ipc.Pipes;

/// <summary>Accepts on a named pipe that the same user's processes alone can open.</summary>
internal sealed class PipeAcceptor(string fullName) : IAcceptor
{
    private readonly string _name = PipeName.Within(fullName)!;
    private readonly CancellationTokenSource _ending = new();

    // Made anew for each caller. Between two of them callers wait as long as they may.
    private NamedPipeServerStream? _waiting;
    private bool _isDisposed;

    /// <summary>Takes the name.</summary>
    /// <exception cref="IOException">It can't.</exception>
    public void Open() => _waiting = Create(isFirst: true);

    public async ValueTask<IDisposable> AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
            var pipe = _waiting ??= Create(isFirst: false);
            await pipe.WaitForConnectionAsync(either.Token).ConfigureAwait(false);
            _waiting = null;
            return pipe;
        }
        catch (Exception error) when (error is ObjectDisposedException || (error is SocketException && Volatile.Read(ref _isDisposed)))
        {
            throw new OperationCanceledException("It listens no more.", error);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // A caller that came and went at once leaves a pipe that can't be used again.
            _waiting?.Dispose();
            _waiting = null;
            throw error as IOException ?? new IOException(error.Message, error);
        }
    }

    public ValueTask<WireLink> OpenAsync(IDisposable accepted, CancellationToken cancellationToken) =>
        new(new WireLink(null, (Stream)accepted, "The caller"));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true)) return;
        _ending.Cancel();
        _waiting?.Dispose();
        _ending.Dispose();
    }

    private NamedPipeServerStream Create(bool isFirst) => new(
        _name,
        PipeDirection.InOut,
        NamedPipeServerStream.MaxAllowedServerInstances,
        PipeTransmissionMode.Byte,
        PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly | (isFirst ? PipeOptions.FirstPipeInstance : PipeOptions.None));
}
