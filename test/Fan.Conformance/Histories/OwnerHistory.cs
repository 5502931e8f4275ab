using System.Globalization;

namespace Fan.Conformance.Histories;

/// <summary>A call as whoever served it saw it. Times are of one monotonic clock of the machine.</summary>
/// <param name="Worker">Who served it.</param>
/// <param name="Shard">The shard, with its service where there are several.</param>
/// <param name="Token">The fencing token with which it was served.</param>
/// <param name="Started">When its work began.</param>
/// <param name="Ended">When its work ended; the same as <paramref name="Started"/> where it never did.</param>
public sealed record ServedCall(string Worker, string Shard, long Token, long Started, long Ended)
{
    /// <summary>
    /// Reads the lines that a worker wrote: <c>begin ID SHARD TOKEN TIME</c> and <c>end ID TIME</c>. What was killed between them has begun
    /// only.
    /// </summary>
    public static IReadOnlyList<ServedCall> Parse(string worker, IEnumerable<string> lines)
    {
        var calls = new Dictionary<string, ServedCall>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var parts = line.Split(' ');
            if (parts is ["begin", var id, var shard, var token, var started])
            {
                calls[id] = new ServedCall(worker, shard, Number(token), Number(started), Number(started));
            }
            else if (parts is ["end", var of, var ended] && calls.TryGetValue(of, out var call))
            {
                calls[of] = call with { Ended = Number(ended) };
            }
        }

        return [.. calls.Values];
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A call as its caller saw it.</summary>
/// <param name="Started">Before it began.</param>
/// <param name="Ended">After it returned.</param>
/// <param name="Error">What it failed with; null where it did not.</param>
public sealed record MadeCall(long Started, long Ended, string? Error);

/// <summary>A time in which a worker did not run, past its session.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="From">When it was stopped. What it had in hand then is for the token to keep from harm.</param>
public sealed record WorkerPause(string Worker, long From);

/// <summary>What a history of owners came to.</summary>
/// <param name="Calls">Calls that were made.</param>
/// <param name="Served">Calls that were served.</param>
/// <param name="Failed">Failed calls that no fault explains.</param>
/// <param name="Explained">Failed calls that a fault explains.</param>
/// <param name="DoubleOwners">Calls that were served while another owner of the shard served one.</param>
/// <param name="LowerTokens">Calls that were served with a lower token than one before.</param>
/// <param name="Examples">Some of those that should not be.</param>
public sealed record OwnerVerdict(
    int Calls, int Served, int Failed, int Explained, int DoubleOwners, int LowerTokens, IReadOnlyList<string> Examples)
{
    /// <summary>Whether every promise held.</summary>
    public bool Holds => Failed == 0 && DoubleOwners == 0 && LowerTokens == 0;
}

/// <summary>Judges a recorded history of calls of shards: one owner at a time, tokens that only grow, no failed call.</summary>
public static class OwnerHistoryChecker
{
    private const int MaxExamples = 10;

    /// <summary>Checks the promises of ownership. An owner is a token: whoever gets a shard back has a new one.</summary>
    /// <param name="made">Every call as its caller saw it.</param>
    /// <param name="served">Every call as its owner saw it.</param>
    /// <param name="faults">When faults went on that may fail calls.</param>
    /// <param name="pauses">Workers that were stopped.</param>
    public static OwnerVerdict Check(
        IReadOnlyCollection<MadeCall> made,
        IReadOnlyCollection<ServedCall> served,
        IReadOnlyList<FaultWindow> faults,
        IReadOnlyList<WorkerPause> pauses)
    {
        int failed = 0, explained = 0, doubles = 0, lower = 0;
        var examples = new List<string>();
        foreach (var call in made.Where(call => call.Error is not null))
        {
            if (faults.Any(fault => call.Started <= fault.To && call.Ended >= fault.From)) explained++;
            else Note(ref failed, $"failed from {call.Started} to {call.Ended}: {call.Error}");
        }

        foreach (var shard in served.GroupBy(call => call.Shard, StringComparer.Ordinal))
        {
            // Of the calls so far: the one that ended last, and the one that did of all other owners.
            ServedCall? last = null, other = null;
            long highest = 0;
            foreach (var call in shard.OrderBy(call => call.Started).Select(call => Cut(call, pauses)))
            {
                if (call.Token < highest) Note(ref lower, $"token {call.Token} after {highest}: {call}");
                highest = Math.Max(highest, call.Token);
                var rival = last is not null && last.Token != call.Token ? last : other;
                if (rival is not null && rival.Ended > call.Started) Note(ref doubles, $"two owners: {call} while {rival}");
                if (last is null || call.Ended >= last.Ended)
                {
                    if (last is not null && last.Token != call.Token) other = last;
                    last = call;
                }
                else if (last.Token != call.Token && (other is null || call.Ended >= other.Ended))
                {
                    other = call;
                }
            }
        }

        return new OwnerVerdict(made.Count, served.Count, failed, explained, doubles, lower, examples);

        void Note(ref int count, string what)
        {
            count++;
            if (examples.Count < MaxExamples) examples.Add(what);
        }
    }

    private static ServedCall Cut(ServedCall call, IReadOnlyList<WorkerPause> pauses) =>
        pauses.FirstOrDefault(pause => pause.Worker == call.Worker && call.Started <= pause.From && call.Ended > pause.From) is { } pause
            ? call with { Ended = pause.From }
            : call;
}
