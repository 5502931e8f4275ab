namespace Fan.Conformance.Histories;

/// <summary>A root call as its caller saw it. Times are of one monotonic clock of the machine.</summary>
/// <param name="Caller">Who called.</param>
/// <param name="Started">Before the call began.</param>
/// <param name="Ended">After it returned.</param>
/// <param name="Versions">The versions that its tree met, in the order of its calls; empty where it failed.</param>
/// <param name="Error">What it failed with; null where it did not.</param>
public sealed record RootCall(string Caller, long Started, long Ended, IReadOnlyList<string> Versions, string? Error);

/// <summary>A change of every version that a tree meets, in one commit.</summary>
/// <param name="Begun">Before the change was asked for.</param>
/// <param name="Returned">After it returned; <see cref="long.MaxValue"/> where it never did.</param>
/// <param name="Version">The version after it.</param>
public sealed record VersionChange(long Begun, long Returned, string Version);

/// <summary>A time in which a fault may explain a failed call.</summary>
/// <param name="From">Its begin.</param>
/// <param name="To">Its end.</param>
public sealed record FaultWindow(long From, long To);

/// <summary>What a history came to.</summary>
/// <param name="Calls">Root calls.</param>
/// <param name="Failed">Failed calls that no fault explains.</param>
/// <param name="Explained">Failed calls that a fault explains.</param>
/// <param name="Mixed">Trees that met several versions.</param>
/// <param name="Late">Root calls that began after a change had returned and met a version from before it.</param>
/// <param name="Early">Trees that met a version before the change to it was asked for.</param>
/// <param name="Examples">Some of those that should not be.</param>
public sealed record HistoryVerdict(int Calls, int Failed, int Explained, int Mixed, int Late, int Early, IReadOnlyList<string> Examples)
{
    /// <summary>Whether every promise held.</summary>
    public bool Holds => Failed == 0 && Mixed == 0 && Late == 0 && Early == 0;
}

/// <summary>Judges a recorded history of calls and changes.</summary>
public static class HistoryChecker
{
    private const int MaxExamples = 10;

    /// <summary>Checks the promises of a change: no failed call, no mixed tree, no late root call.</summary>
    /// <param name="calls">Every root call.</param>
    /// <param name="changes">Every change, in the order of their commits; the first one stands for what was before.</param>
    /// <param name="faults">When faults went on.</param>
    public static HistoryVerdict Check(
        IReadOnlyCollection<RootCall> calls, IReadOnlyList<VersionChange> changes, IReadOnlyList<FaultWindow> faults)
    {
        int failed = 0, explained = 0, mixed = 0, late = 0, early = 0;
        var examples = new List<string>();
        foreach (var call in calls)
        {
            if (call.Error is not null)
            {
                if (faults.Any(fault => call.Started <= fault.To && call.Ended >= fault.From)) explained++;
                else Note(ref failed, $"failed: {call.Error}", call);
            }
            else if (call.Versions.Distinct(StringComparer.Ordinal).Count() > 1)
            {
                Note(ref mixed, "mixed", call);
            }
            else if (call.Versions.Count > 0)
            {
                // In force at some moment between the last change that had returned before the call and the last one begun before its end.
                var first = LastIndex(changes, change => change.Returned <= call.Started);
                var last = LastIndex(changes, change => change.Begun <= call.Ended);
                var met = Enumerable.Range(0, changes.Count).Where(i => changes[i].Version == call.Versions[0]).ToList();
                if (met.Any(i => i >= first && i <= last)) continue;
                if (met.Any(i => i < first)) Note(ref late, "late", call);
                else Note(ref early, "early", call);
            }
        }

        return new HistoryVerdict(calls.Count, failed, explained, mixed, late, early, examples);

        void Note(ref int count, string what, RootCall call)
        {
            count++;
            if (examples.Count < MaxExamples)
            {
                examples.Add($"{what}: {call.Caller} from {call.Started} to {call.Ended} met {string.Join(" ", call.Versions)}");
            }
        }
    }

    private static int LastIndex(IReadOnlyList<VersionChange> changes, Func<VersionChange, bool> isSo)
    {
        for (var i = changes.Count - 1; i > 0; i--)
        {
            if (isSo(changes[i])) return i;
        }

        return 0;
    }
}
