using System.Diagnostics;
using Fan.Applications;
using Fan.Tree;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SwitchBench.Services;

namespace SwitchBench.Processes;

/// <summary>Notes each snapshot that an application routes by, and since when. Safe from any thread.</summary>
internal sealed class SnapshotWitness
{
    private readonly Lock _gate = new();
    private readonly string _name;
    private readonly List<SnapshotNote> _new = [];
    private TreeSnapshot? _seen;
    private bool _isDeaf;

    public SnapshotWitness(string name, IHost host)
    {
        _name = name;
        var history = host.Services.GetRequiredService<FanApplication>().Tree.History;
        history.Follow(() => Note(history));
        Note(history);
    }

    /// <summary>What came since it was asked last.</summary>
    public IReadOnlyList<string> TakeNew()
    {
        lock (_gate)
        {
            List<string> taken = [.. _new.Select(note => note.ToLine())];
            _new.Clear();
            return taken;
        }
    }

    private void Note(SnapshotHistory history)
    {
        lock (_gate)
        {
            var current = history.Current;
            if (ReferenceEquals(current, _seen)) return;
            _isDeaf |= Defects.Planted == Defects.Deaf && current.Number < _seen?.Number;
            _seen = current;
            if (!_isDeaf) _new.Add(new SnapshotNote(_name, current.Number, current.Fingerprint, Stopwatch.GetTimestamp()));
        }
    }
}
