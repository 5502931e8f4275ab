using System.Globalization;
using Fan.Conformance;
using Fan.Loss.Processes;

namespace Fan.Loss;

/// <summary>
/// One of the processes of a run: whenever it is killed another takes its place. All that any of them wrote is read from here. Not safe
/// from several threads.
/// </summary>
internal sealed class LossCrew(string folder, string name, Func<string, string, string[]> arguments) : IDisposable
{
    private readonly List<RecordReader> _records = [];
    private ChildProcess? _process;

    /// <summary>Starts the next process. <paramref name="arguments"/> gets its records and its name.</summary>
    public void Start()
    {
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}.{_records.Count}"));
        _records.Add(new RecordReader(path));
        _process = ChildProcess.Start("Fan.Loss", arguments(path, Member));
    }

    /// <summary>Whether its process has ended by itself.</summary>
    public bool HasEnded => _process is { HasExited: true };

    /// <summary>Which process it is, or was last.</summary>
    public string Member => string.Create(CultureInfo.InvariantCulture, $"{name}.{_records.Count - 1}");

    /// <summary>The lines since the last time, each with the process that wrote it.</summary>
    public IEnumerable<(string Member, string Line)> ReadNew() =>
        _records.SelectMany(
            (records, index) => records.ReadNew().Select(line => (string.Create(CultureInfo.InvariantCulture, $"{name}.{index}"), line)));

    /// <summary>Ends the process in the middle of whatever it does.</summary>
    public void Kill()
    {
        _process?.Dispose();
        _process = null;
    }

    /// <summary>Tells its process something; nothing where it has none.</summary>
    public Task TellAsync(string line) => _process?.WriteAsync(line) ?? Task.CompletedTask;

    /// <summary>Why the process ended; null where it did so in good order.</summary>
    public async Task<string?> FailureAsync()
    {
        if (await _process!.ExitAsync() is not (var code and not 0)) return null;
        return $"{name} ended with {code}: {await _process.ReadErrorsAsync()}";
    }

    /// <summary>Asks the process to end, and waits until it has.</summary>
    public async Task StopAsync()
    {
        _process!.CloseInput();
        await _process.ExitAsync();
    }

    public void Dispose() => Kill();
}
