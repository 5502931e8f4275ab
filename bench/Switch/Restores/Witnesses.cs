using System.Diagnostics;
using SwitchBench.Processes;

namespace SwitchBench.Restores;

/// <summary>What every application has said of the snapshots by which it routes, each since when. For one flow of control.</summary>
internal sealed class Witnesses(Population population)
{
    private readonly Dictionary<string, List<SnapshotNote>> _notes = new(StringComparer.Ordinal);

    public int Applications => _notes.Count;

    public IEnumerable<(string Application, SnapshotNote Now)> Now => _notes.Select(notes => (notes.Key, notes.Value[^1]));

    /// <summary>Asks all processes what came since they were asked last.</summary>
    public async Task AskAsync()
    {
        var told = await Task.WhenAll(population.All.Select(async (child, i) => (Process: i, Notes: await child.TellAsync("snapshots"))));
        foreach (var (process, line) in told.SelectMany(
            one => one.Notes.Split('\t', StringSplitOptions.RemoveEmptyEntries).Select(line => (one.Process, line))))
        {
            var note = SnapshotNote.Parse(line);
            // Processes of one kind have one name.
            var application = $"{process}:{note.Application}";
            if (!_notes.TryGetValue(application, out var notes)) _notes[application] = notes = [];
            notes.Add(note);
        }
    }

    /// <summary>The applications that had applied a commit at that time: it, or a later one of the log that has it.</summary>
    public int HaveApplied(long number, string fingerprint, long at, IReadOnlyDictionary<long, string> log)
    {
        var isInLog = log.TryGetValue(number, out var known) && known == fingerprint;
        return _notes.Values.Count(notes => notes.Any(note => note.Since <= at
            && ((note.Number == number && note.Fingerprint == fingerprint) || (isInLog && note.Number > number && IsOf(log, note)))));
    }

    /// <summary>Since when an application follows the log that there is now, and never left it; null where it does not.</summary>
    public IEnumerable<long?> Joined(IReadOnlyDictionary<long, string> log) => _notes.Values.Select(notes =>
    {
        var stray = notes.FindLastIndex(note => !IsOf(log, note));
        return stray == notes.Count - 1 ? null : (long?)notes[stray + 1].Since;
    });

    /// <summary>Whether an application went from one commit straight to the other after that time.</summary>
    public bool HasGone(string application, long before, long after, long since) =>
        _notes.TryGetValue(application, out var notes)
        && Enumerable.Range(1, notes.Count - 1)
            .Any(i => notes[i].Since >= since && notes[i - 1].Number == before && notes[i].Number == after);

    public static double Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds;

    // Before the first commit every log is the same.
    private static bool IsOf(IReadOnlyDictionary<long, string> log, SnapshotNote note) =>
        note.Fingerprint is null ? note.Number == 0 : log.TryGetValue(note.Number, out var fingerprint) && fingerprint == note.Fingerprint;
}
