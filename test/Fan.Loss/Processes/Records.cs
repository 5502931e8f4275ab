using System.Text;

namespace Fan.Loss.Processes;

/// <summary>Writes lines that outlive the process from the moment that <see cref="Write"/> returns. Safe from any thread.</summary>
internal sealed class RecordWriter(string path) : IDisposable
{
    private readonly Lock _gate = new();
    // Without a buffer: what a killed process wrote is the system's.
    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public void Write(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (_gate) _file.Write(bytes);
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>Reads the lines of another process, as they come. Not safe from several threads.</summary>
internal sealed class RecordReader(string path)
{
    private long _read;

    /// <summary>The lines since the last time; what a process was killed in is no line.</summary>
    public IReadOnlyList<string> ReadNew()
    {
        // The process may not have made it yet.
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length - _read];
        file.Position = _read;
        file.ReadExactly(bytes);
        var end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        _read += end;
        return Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
