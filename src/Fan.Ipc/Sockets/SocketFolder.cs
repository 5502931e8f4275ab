using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Fan.Ipc.Serving;
using Microsoft.Extensions.Logging;

namespace Fan.Ipc.Sockets;

/// <summary>The folder that the sockets of one user's applications stand in.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class SocketFolder(string? configured, ILogger logger)
{
    // The room for a path in the address of a socket on Linux, its end mark included; less elsewhere.
    private static readonly int MaxPathBytes = OperatingSystem.IsLinux() ? 108 : 104;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string Extension = ".sock";

    public string Path { get; } = configured ?? Default();

    /// <summary>Listens under a name of its own that cannot be guessed.</summary>
    /// <exception cref="InvalidOperationException">It can't; the message says why.</exception>
    public (Socket Socket, string Path) Listen(int backlog)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var path = System.IO.Path.Combine(Path, name + Extension);
        var bytes = Encoding.UTF8.GetByteCount(path) + 1;
        if (bytes > MaxPathBytes)
            throw new InvalidOperationException($"The ipc route can't listen on {path}: a socket's path has at most {MaxPathBytes - 1} bytes here, and this one has {bytes - 1}. Set Fan:Ipc:Folder to a shorter one.");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Prepare();
            RemoveStale();
            // Under another name until it listens: whoever looks for leftovers must not take it for one.
            var temporary = System.IO.Path.Combine(Path, name + ".new");
            socket.Bind(new UnixDomainSocketEndPoint(temporary));
            socket.Listen(backlog);
            File.Move(temporary, path);
            return (socket, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
        {
            socket.Dispose();
            throw new InvalidOperationException($"The ipc route can't listen on {path}: {error.Message}", error);
        }
    }

    private void Prepare()
    {
        var folder = Directory.CreateDirectory(Path, OwnerOnly);
        if (folder.LinkTarget is not null) throw new IOException($"{Path} is a link. Set Fan:Ipc:Folder to a folder.");
        // Fails where it belongs to somebody else.
        if (File.GetUnixFileMode(Path) != OwnerOnly) File.SetUnixFileMode(Path, OwnerOnly);
    }

    private void RemoveStale()
    {
        foreach (var file in Directory.EnumerateFiles(Path, "*" + Extension))
        {
            if (!IsStale(file)) continue;
            File.Delete(file);
            WireLog.RemovedStale(logger, file);
        }
    }

    private static bool IsStale(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    private static string Default()
    {
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return runtime is { Length: > 0 } && Directory.Exists(runtime)
            ? System.IO.Path.Combine(runtime, "fan")
            : System.IO.Path.Combine(System.IO.Path.GetTempPath(), "fan-" + Environment.UserName);
    }
}
