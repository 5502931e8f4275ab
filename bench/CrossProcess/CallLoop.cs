using System.Diagnostics;

namespace CrossProcess;

/// <summary>Callers that each make the next call when the one before is answered. Not safe for concurrent use.</summary>
internal sealed class CallLoop(Client client)
{
    private readonly List<Latencies> _callers = [];

    /// <summary>Calls until the time is over; tells how long it really took, and how long the calls did.</summary>
    public async Task<(double Seconds, Latencies Latencies)> RunAsync(Payload payload, int callers, double seconds)
    {
        while (_callers.Count < callers) _callers.Add(new Latencies());
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(seconds * Stopwatch.Frequency);
        await Task.WhenAll(_callers.Take(callers).Select(caller => Task.Run(() => payload switch
        {
            { Text: null } => RecordAsync(caller, end),
            { IsPush: true } => PushAsync(caller, payload.Text, end),
            _ => EchoAsync(caller, payload.Text, end),
        })));
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;

        var all = new Latencies();
        foreach (var caller in _callers)
        {
            all.Add(caller);
            caller.Clear();
        }

        return (elapsed, all);
    }

    private async Task EchoAsync(Latencies caller, string text, long end)
    {
        for (long now; (now = Stopwatch.GetTimestamp()) < end; caller.Add(Stopwatch.GetTimestamp() - now))
        {
            if (await client.EchoAsync(text) != text) throw new InvalidOperationException("The echo is another text.");
        }
    }

    private async Task PushAsync(Latencies caller, string text, long end)
    {
        for (long now; (now = Stopwatch.GetTimestamp()) < end; caller.Add(Stopwatch.GetTimestamp() - now)) await client.PushAsync(text);
    }

    private async Task RecordAsync(Latencies caller, long end)
    {
        for (long now; (now = Stopwatch.GetTimestamp()) < end; caller.Add(Stopwatch.GetTimestamp() - now))
        {
            if (await client.RecordAsync() != Wine.Sample.Id) throw new InvalidOperationException("The record came back as another one.");
        }
    }
}
