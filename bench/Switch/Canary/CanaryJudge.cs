using System.Globalization;
using Fan.Conformance.Histories;

namespace SwitchBench.Canary;

/// <summary>A time in which a commit gave the shard to the canary. Times are of one monotonic clock of the machine.</summary>
/// <param name="Begun">Before the move to it.</param>
/// <param name="Held">When it held the shard.</param>
/// <param name="Leaving">Before the move back.</param>
/// <param name="Left">When another worker held the shard.</param>
internal sealed record CanaryStay(long Begun, long Held, long Leaving, long Left);

/// <summary>A worker that was killed.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="Shards">The shards that it held.</param>
/// <param name="From">Before it.</param>
/// <param name="Dead">When everybody could know that it had ended: nothing more was sent to it.</param>
/// <param name="Back">When it was back, and the shards were where they are to be.</param>
internal sealed record WorkerKill(string Worker, IReadOnlySet<int> Shards, long From, long Dead, long Back);

/// <summary>What a history of a canary came to.</summary>
/// <param name="Owners">What it says of owners and failures.</param>
/// <param name="OnCanary">Calls that met the canary.</param>
/// <param name="Refused">Calls that it does not fit, and that were told so.</param>
/// <param name="Strays">Calls that met the canary, or were refused for it, though no commit had given it their shard.</param>
/// <param name="Missed">Calls that did not meet it, or were not refused, though it held their shard.</param>
/// <param name="Examples">Some of the last two.</param>
internal sealed record CanaryVerdict(OwnerVerdict Owners, int OnCanary, int Refused, int Strays, int Missed, IReadOnlyList<string> Examples)
{
    public bool Holds => Owners.Holds && Strays == 0 && Missed == 0;
}

/// <summary>Judges who met the canary.</summary>
internal static class CanaryJudge
{
    private const int MaxExamples = 10;
    private const string Refusal = "NoMatchingVersionException:";

    public static CanaryVerdict Check(
        IReadOnlyList<RootCall> calls,
        IReadOnlyList<ServedCall> served,
        string canary,
        IReadOnlyList<CanaryStay> stays,
        IReadOnlyList<WorkerKill> kills)
    {
        int met = 0, refused = 0, strays = 0, missed = 0;
        var examples = new List<string>();
        var made = new List<MadeCall>();
        foreach (var call in calls)
        {
            var shard = int.Parse(call.Versions[0], CultureInfo.InvariantCulture);
            var isRefusal = call is { Caller: CanaryProcesses.OnesOfCanary, Error: { } error }
                && error.StartsWith(Refusal, StringComparison.Ordinal);
            var isOfCanary = isRefusal || (call.Error is null && call.Versions[1] == "2.0.0");
            if (isRefusal) refused++;
            else if (isOfCanary) met++;
            // A failure on anything but what was killed is none that a kill explains.
            var explains = kills.FirstOrDefault(
                kill => kill.Shards.Contains(shard) && call.Started <= kill.Dead && call.Ended >= kill.From);
            made.Add(new MadeCall(explains is null ? 0 : 1, explains is null ? 0 : 1, isRefusal || call.Error is null ? null : Text(call)));
            var stay = shard == Stalls.CanaryShard
                ? stays.FirstOrDefault(stay => call.Started <= stay.Left && call.Ended >= stay.Begun)
                : null;
            if (isOfCanary
                && (stay is null || call.Caller == CanaryProcesses.Ones || (!isRefusal && call.Caller == CanaryProcesses.OnesOfCanary)))
            {
                Note(ref strays, $"met the canary: {Text(call)}");
            }

            if (!isOfCanary && call.Error is null && stay is not null && call.Started > stay.Held && call.Ended < stay.Leaving
                && !kills.Any(kill => kill.Worker == canary && call.Started <= kill.Back && call.Ended >= kill.From))
            {
                Note(ref missed, $"missed the canary: {Text(call)}");
            }
        }

        foreach (var call in served.Where(call => call.Worker == canary))
        {
            var shard = Stalls.ShardOf(int.Parse(call.Shard, CultureInfo.InvariantCulture));
            if (shard != Stalls.CanaryShard || !stays.Any(stay => call.Started <= stay.Left && call.Ended >= stay.Begun))
            {
                Note(ref strays, $"served by the canary: {call}, shard {shard}");
            }
        }

        return new CanaryVerdict(
            OwnerHistoryChecker.Check(made, served, [new FaultWindow(1, 1)], []), met, refused, strays, missed, examples);

        void Note(ref int count, string what)
        {
            count++;
            if (examples.Count < MaxExamples) examples.Add(what);
        }
    }

    private static string Text(RootCall call) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{call.Caller} from {call.Started} to {call.Ended}, shard {string.Join(" by ", call.Versions)} {call.Error}");
}
