using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Fan.Ipc.Serving;
using Microsoft.Extensions.Logging;

namespace Fan.Ipc.Sockets;

/// <summary>The folder that the sockets of one user's applications stand in. A folder that Fan did not make keeps its rights.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class SocketFolder(string? configured, ILogger logger)
{
    // The room for a path in the address of a socket on Linux, its end mark included; less elsewhere.
    private static readonly int MaxPathBytes = OperatingSystem.IsLinux() ? 108 : 104;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnersSocket = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const string Extension = ".sock";
    private const int NameBytes = 16;

    /// <summary>
    /// Listens under a name of its own that cannot be guessed. Without a configured folder, the first of those that the user has by right.
    /// </summary>
    /// <exception cref="InvalidOperationException">It can't; the message says why.</exception>
    public ListeningSocket Listen(int backlog)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes)) + Extension;
        if (configured is not null) return ListenIn(configured, name, backlog);
        foreach (var folder in Defaults())
        {
            try
            {
                return ListenIn(folder, name, backlog);
            }
            catch (InvalidOperationException error)
            {
                // E.g. the runtime folder of the user that this process was started by, and is not any more.
                WireLog.FolderNotUsed(logger, folder, error.Message);
            }
        }

        // Somebody has taken the names that others can guess.
        var own = Directory.CreateTempSubdirectory("fan-").FullName;
        try
        {
            return ListenIn(own, name, backlog) with { Folder = own };
        }
        catch
        {
            Directory.Delete(own, recursive: true);
            throw;
        }
    }

    /// <summary>Listens at a path that was listened at before, and has gone.</summary>
    /// <exception cref="InvalidOperationException">It can't; the message says why.</exception>
    public static Socket ListenAgain(string path, int backlog)
    {
        try
        {
            Prepare(Path.GetDirectoryName(path)!);
            return Bind(path, backlog);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
        {
            throw CanNot(path, error);
        }
    }

    private ListeningSocket ListenIn(string folder, string name, int backlog)
    {
        var path = Path.Combine(folder, name);
        var bytes = Encoding.UTF8.GetByteCount(path) + 1;
        if (bytes > MaxPathBytes)
        {
            throw new InvalidOperationException(
                $"The ipc route can't listen on {path}: a socket's path has at most {MaxPathBytes - 1} bytes here, " +
                $"and this one has {bytes - 1}. Set Fan:Ipc:Folder to a shorter one.");
        }

        try
        {
            Prepare(folder);
            RemoveStale(folder);
            return new ListeningSocket(Bind(path, backlog), path, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
        {
            throw CanNot(path, error);
        }
    }

    private static InvalidOperationException CanNot(string path, Exception error) =>
        new($"The ipc route can't listen on {path}: {error.Message}", error);

    private static Socket Bind(string path, int backlog)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Under another name until it listens: whoever looks for leftovers must not take it for one.
            var temporary = Path.ChangeExtension(path, ".new");
            socket.Bind(new UnixDomainSocketEndPoint(temporary));
            File.SetUnixFileMode(temporary, OwnersSocket);
            socket.Listen(backlog);
            File.Move(temporary, path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Prepare(string path)
    {
        // Nobody else can come into what is made here.
        var folder = Directory.CreateDirectory(path, OwnerOnly);
        if (folder.LinkTarget is not null) throw new IOException($"{path} is a link. Set Fan:Ipc:Folder to a folder.");
        if (!FolderOwner.IsOurs(path))
        {
            throw new IOException(
                $"{path} belongs to another user. Set Fan:Ipc:Folder to a folder of the user that the application runs as.");
        }

        if ((File.GetUnixFileMode(path) & OthersWrite) != UnixFileMode.None)
        {
            throw new IOException(
                $"others may write into {path}. Take that right away, or set Fan:Ipc:Folder to a folder that is not there yet.");
        }
    }

    private void RemoveStale(string folder)
    {
        // Where others look too, what has no name of ours may be somebody else's.
        var isPrivate = File.GetUnixFileMode(folder) == OwnerOnly;
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            if ((!isPrivate && !IsName(Path.GetFileNameWithoutExtension(file))) || !IsStale(file)) continue;
            File.Delete(file);
            WireLog.RemovedStale(logger, file);
        }
    }

    private static bool IsName(string name) => name.Length == NameBytes * 2 && name.All(char.IsAsciiHexDigitLower);

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

    private static IEnumerable<string> Defaults()
    {
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        if (runtime is { Length: > 0 } && Directory.Exists(runtime)) yield return Path.Combine(runtime, "fan");
        yield return Path.Combine(Path.GetTempPath(), "fan-" + Environment.UserName);
    }
}
