using System.Diagnostics;
using Fan.Conformance.Histories;
using SwitchBench.Processes;
using SwitchBench.Servers;

namespace SwitchBench.Faults;

/// <summary>Does one fault after another, and notes when.</summary>
/// <remarks>
/// A process that is killed takes along what it has in hand, and so does a connection that is cut. One that stands still may cost what it
/// was given before its session ended; nobody may give it anything later. A store that loses its leader or its connections and a wrong
/// clock fail nothing.
/// </remarks>
internal sealed class FaultPlayer(
    IReadOnlyList<string> kinds,
    Surroundings surroundings,
    List<Child> services,
    IReadOnlyList<Child> callers,
    Func<string, Task<Child>> serve)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(Surroundings.SessionSeconds);

    // Longer than the session, and than it takes the store to see its end.
    private static readonly TimeSpan PauseTime = Session + TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeaderlessTime = TimeSpan.FromSeconds(3);

    // What was in flight on it has broken off by then.
    private static readonly TimeSpan Breaking = TimeSpan.FromSeconds(0.5);

    private readonly List<Fault> _past = [];

    public IReadOnlyList<Fault> Past => _past;

    public IReadOnlyList<FaultWindow> Windows => [.. _past.Select(fault => fault.Explains).OfType<FaultWindow>()];

    public async Task PlayAsync(TimeSpan length)
    {
        var possible = kinds.Where(kind => kind != "leader" || surroundings.Ensemble?.Servers.Count > 1).ToList();
        if (possible.Count == 0) return;
        var watch = Stopwatch.StartNew();
        for (var turn = 0; ; turn++)
        {
            var kind = possible[turn % possible.Count];
            var round = turn / possible.Count;
            if (watch.Elapsed + Between + (kind == "pause" ? PauseTime : TimeSpan.Zero) > length) return;
            await Task.Delay(Between);
            var from = Stopwatch.GetTimestamp();
            _past.Add(kind switch
            {
                "kill" => await KillAsync(round, from),
                "pause" => await PauseAsync(Victim(round), from),
                "leader" => await KillLeaderAsync(from),
                "cut" => Cut(Victim(round), from),
                _ => await SkewAsync(Victim(round), round, from),
            });
        }
    }

    // Now a service, now a caller.
    private Child Victim(int round) =>
        round % 2 == 0 || callers.Count == 0 ? services[round / 2 % services.Count] : callers[round / 2 % callers.Count];

    private async Task<Fault> KillAsync(int round, long from)
    {
        var at = round % services.Count;
        var victim = services[at];
        victim.KillNow();
        var fault = new Fault(
            "kill", victim.Name, from, Stopwatch.GetTimestamp(), new FaultWindow(from, After(Stopwatch.GetTimestamp(), Breaking)));
        await victim.DisposeAsync();
        services[at] = await serve(victim.Name);
        return fault;
    }

    private static async Task<Fault> PauseAsync(Child victim, long from)
    {
        victim.Pause();
        await Task.Delay(PauseTime);
        victim.Resume();
        return new Fault("pause", victim.Name, from, Stopwatch.GetTimestamp(), new FaultWindow(from, After(from, Session + Between)));
    }

    private async Task<Fault> KillLeaderAsync(long from)
    {
        var killed = await surroundings.Ensemble!.KillLeaderAsync();
        await Task.Delay(LeaderlessTime);
        if (killed is not null)
        {
            killed.Start();
            await killed.ServesAsync();
        }

        return new Fault("leader", killed?.Address ?? "nobody", from, Stopwatch.GetTimestamp(), null);
    }

    private static Fault Cut(Child victim, long from)
    {
        victim.Links!.Cut();
        return new Fault(
            "cut", victim.Name, from, Stopwatch.GetTimestamp(), new FaultWindow(from, After(Stopwatch.GetTimestamp(), Breaking)));
    }

    private static async Task<Fault> SkewAsync(Child victim, int round, long from)
    {
        await victim.SkewAsync(TimeSpan.FromHours(round % 2 == 0 ? 1 : -1));
        return new Fault("skew", victim.Name, from, Stopwatch.GetTimestamp(), null);
    }

    private static long After(long time, TimeSpan span) => time + (long)(span.TotalSeconds * Stopwatch.Frequency);
}
