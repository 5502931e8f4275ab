using System.Net.Sockets;
using System.Runtime.Versioning;
using Fan.Ipc.Connections;
using Fan.Ipc.Serving;
using Microsoft.Extensions.Logging;

namespace Fan.Ipc.Sockets;

/// <summary>
/// Accepts on a socket that has a name in a folder, and makes it anew when the name has gone: cleaners and the end of a login take folders
/// away. Safe from any thread.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class SocketFile : IAcceptor
{
    private const int Backlog = 512;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ILogger _logger;
    private readonly ITimer _looking;
    private readonly string? _folder;
    private Socket _socket;
    private bool _isRemoved;
    private string? _trouble;

    /// <exception cref="InvalidOperationException">It can't listen there; the message says why.</exception>
    public SocketFile(SocketFolder folder, TimeProvider clock, ILogger logger)
    {
        (_socket, Name, _folder) = folder.Listen(Backlog);
        _logger = logger;
        _looking = clock.CreateTimer(static file => ((SocketFile)file!).Look(), this, LookInterval, LookInterval);
    }

    /// <summary>The path.</summary>
    public string Name { get; }

    /// <summary>Why callers can't find it at the moment; null while they can.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    public async ValueTask<IDisposable> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var socket = Volatile.Read(ref _socket);
            try
            {
                return await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is ObjectDisposedException or SocketException)
            {
                // Another one may have taken its place.
                if (!ReferenceEquals(socket, Volatile.Read(ref _socket))) continue;
                if (error is ObjectDisposedException || _isRemoved) throw new OperationCanceledException("It listens no more.", error);
                throw new IOException(error.Message, error);
            }
        }
    }

    public ValueTask<WireLink> OpenAsync(IDisposable accepted, CancellationToken cancellationToken)
    {
        var socket = (Socket)accepted;
        return new(new WireLink(socket, new NetworkStream(socket, ownsSocket: false), "The caller"));
    }

    /// <summary>Takes the name away, for good. May be called several times.</summary>
    public void Remove()
    {
        lock (_gate)
        {
            if (_isRemoved) return;
            _isRemoved = true;
            _looking.Dispose();
            try
            {
                File.Delete(Name);
                if (_folder is not null) Directory.Delete(_folder);
            }
            catch (DirectoryNotFoundException)
            {
                // It has gone already.
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The next start removes it, if it is there at all.
                WireLog.NotRemoved(_logger, Name, error.Message);
            }
        }
    }

    public void Dispose()
    {
        Remove();
        lock (_gate) _socket.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_isRemoved) return;
            if (File.Exists(Name))
            {
                Volatile.Write(ref _trouble, null);
                return;
            }

            Socket next;
            try
            {
                next = SocketFolder.ListenAgain(Name, Backlog);
            }
            catch (InvalidOperationException error)
            {
                if (_trouble is null) WireLog.SocketGone(_logger, Name, error.Message);
                Volatile.Write(ref _trouble, $"{Name} has gone, and can't be made anew: {error.Message}");
                return;
            }

            var before = _socket;
            Volatile.Write(ref _socket, next);
            before.Dispose();
            Volatile.Write(ref _trouble, null);
            WireLog.SocketMadeAnew(_logger, Name);
        }
    }
}
