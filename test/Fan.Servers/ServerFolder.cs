using System.Globalization;

namespace Fan.Servers;

/// <summary>
/// The folder of all servers of one kind that this process starts, below the output of the build. What processes left that have ended goes
/// when the next one makes its own.
/// </summary>
public sealed class ServerFolder : IDisposable
{
    private readonly string _path;
    private int _names;

    public ServerFolder(string kind)
    {
        var artifacts = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.FullName;
        var all = Directory.CreateDirectory(Path.Combine(artifacts, kind));
        foreach (var left in all.EnumerateDirectories().Where(left => !Directory.Exists($"/proc/{left.Name}"))) Delete(left);
        _path = Path.Combine(all.FullName, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A folder for one server, which makes it.</summary>
    public string New(string name) => Path.Combine(_path, $"{name}{Interlocked.Increment(ref _names)}");

    public void Dispose()
    {
        if (Directory.Exists(_path)) Directory.Delete(_path, recursive: true);
    }

    private static void Delete(DirectoryInfo left)
    {
        try
        {
            left.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another process that starts now deletes it too.
        }
    }
}
