using System.Globalization;
using Fan.Conformance.Histories;
using Fan.Loss.Processes;
using Fan.Queues;
using Fan.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Loss;

/// <summary>One run: producers, consumers and a broker that are killed in turn, and the account of every push. What it starts ends with it.</summary>
internal sealed class LossRun(LossOptions options, Action<string> tell) : IAsyncDisposable
{
    private const int MostDead = 100_000;
    // Pushes that are handled between two faults.
    private const int Breath = 50;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private static readonly QueueName Queue = new(LossProcess.Service);

    private readonly ServerFolder _folders = new("loss");
    private readonly List<LossCrew> _consumers = [];
    private readonly List<LossCrew> _producers = [];
    private readonly int[] _allowed = new int[options.Producers];
    private readonly int[] _toAccept = [.. Enumerable.Range(0, options.Producers).Select(index => ShareOf(options, index))];
    private readonly HashSet<string> _accepted = new(StringComparer.Ordinal);
    private readonly List<string> _deliveries = [];
    private readonly HashSet<string> _handled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _faults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _refused = new(StringComparer.Ordinal);
    private LossServer? _server;
    private IHost? _host;
    private int _begun;

    private IQueueAdministration Administration => _host!.Services.GetRequiredService<IQueueTransport>().Administration;

    private bool IsAllAccepted => Array.TrueForAll(_toAccept, count => count == 0);

    public async Task<LossReport> RunAsync()
    {
        var folder = _folders.New(options.Route);
        Directory.CreateDirectory(folder);
        _server = await LossRoutes.StartAsync(options.Route, Path.Combine(folder, "server"));
        _host = LossRoutes.Build(options.Route, _server.Place);
        await _host.StartAsync();
        var start = TimeProvider.System.GetTimestamp();
        foreach (var i in Enumerable.Range(0, options.Consumers))
            _consumers.Add(new LossCrew(folder, "c" + i, (records, _) => ["consume", options.Route, _server.Place, records, options.Plants.ToString()]));
        foreach (var i in Enumerable.Range(0, options.Producers))
            _producers.Add(new LossCrew(folder, "p" + i, (records, name) => ["produce", options.Route, _server.Place, records, name, Text(_toAccept[i]), Text(options.InFlight)]));
        _consumers.ForEach(consumer => consumer.Start());
        // A push to a queue that nobody has declared yet is refused, and rightly.
        await Conformance.Eventually.TrueAsync(async () => await StatusAsync() is not null, "the queue is there");
        foreach (var index in Enumerable.Range(0, _producers.Count)) await StartProducerAsync(index);
        var problem = await WatchAsync(start);
        foreach (var consumer in _consumers.Where(consumer => !consumer.HasEnded)) await consumer.StopAsync();
        Read();
        return new LossReport
        {
            Route = options.Route,
            Messages = options.Messages,
            Seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds,
            Faults = _faults,
            Refused = _refused,
            Verdict = PushHistoryChecker.Check(_accepted, _deliveries, await DeadAsync()),
            Problem = problem,
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _producers.Concat(_consumers)) process.Dispose();
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        if (_server is not null) await _server.DisposeAsync();
        _folders.Dispose();
    }

    /// <summary>Kills in turn, and returns when everything was handled, or nothing moves any more; then it says so.</summary>
    private async Task<string?> WatchAsync(long start)
    {
        using var timer = new PeriodicTimer(Tick);
        var (progress, moved, told, resumed) = (-1, start, start, 0);
        do
        {
            Read();
            if (await FailureAsync() is { } failure) return failure;
            var now = TimeProvider.System.GetTimestamp();
            var (done, waited) = (_accepted.Count - _missing.Count + _accepted.Count, TimeProvider.System.GetElapsedTime(moved, now));
            if (done != progress) (progress, moved) = (done, now);
            else if (IsAllAccepted && waited > Quiet && await IsSettledAsync()) return null;
            // Until all is accepted it is processes that start, which takes as long as the machine is busy.
            else if (waited > options.Patience && (IsAllAccepted || waited > Conformance.Eventually.Deadline)) return $"Nothing moved for {options.Patience.TotalSeconds:0} s.";
            if (IsAllAccepted && _missing.Count == 0 && await IsSettledAsync()) return null;
            if (TimeProvider.System.GetElapsedTime(told, now) >= TellEvery)
            {
                told = now;
                tell(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(start, now).TotalSeconds,4:0} s: {_accepted.Count:N0} accepted, {_missing.Count:N0} of them to be handled, {_begun} faults"));
            }

            // Each has its place by what was accepted, so that every run has as many, and finds consumers at their work.
            if (_begun < options.Faults && _accepted.Count >= (_begun + 1L) * options.Messages / (options.Faults + 1) && _handled.Count >= Math.Min(resumed, _accepted.Count))
            {
                await KillNextAsync();
                await AllowAsync();
                moved = TimeProvider.System.GetTimestamp();
                resumed = _handled.Count + Breath;
            }
        }
        while (await timer.WaitForNextTickAsync());
        return null;
    }

    private async Task StartProducerAsync(int index)
    {
        _producers[index].Start();
        _allowed[index] = Share(index) - _toAccept[index];
        await AllowAsync(index);
    }

    private async Task AllowAsync()
    {
        foreach (var index in Enumerable.Range(0, _producers.Count)) await AllowAsync(index);
    }

    // Half a step beyond the place of the next fault: it finds producers at their work, on a fast machine too.
    private async Task AllowAsync(int index)
    {
        var allowed = _begun == options.Faults ? Share(index) : (int)Math.Ceiling((_begun + 1.5) * Share(index) / (options.Faults + 1));
        if (allowed > _allowed[index]) await _producers[index].TellAsync(Text(allowed - _allowed[index]));
        _allowed[index] = Math.Max(_allowed[index], allowed);
    }

    private int Share(int index) => ShareOf(options, index);

    private static int ShareOf(LossOptions options, int index) => (options.Messages / options.Producers) + (index < options.Messages % options.Producers ? 1 : 0);

    private async Task KillNextAsync()
    {
        string[] kinds = _server!.RestartAsync is null ? ["consumer", "producer"] : ["consumer", "producer", "broker"];
        var (kind, turn) = (kinds[_begun % kinds.Length], _begun / kinds.Length);
        _begun++;
        switch (kind)
        {
            case "consumer":
                var consumer = _consumers[turn % _consumers.Count];
                consumer.Kill();
                consumer.Start();
                break;
            case "producer":
                // One that is done has nothing to be killed in.
                var index = Enumerable.Range(turn, _producers.Count).Select(i => i % _producers.Count).FirstOrDefault(i => _toAccept[i] > 0, -1);
                if (index < 0) return;
                _producers[index].Kill();
                Read();
                if (_toAccept[index] > 0) await StartProducerAsync(index);
                break;
            default:
                await _server.RestartAsync!();
                break;
        }

        _faults[kind] = _faults.GetValueOrDefault(kind) + 1;
    }

    private void Read()
    {
        foreach (var (index, producer) in _producers.Index())
        {
            foreach (var line in producer.ReadNew())
            {
                var (verb, word) = (line[0], line[2..]);
                if (verb == 'r')
                {
                    _refused[word] = _refused.GetValueOrDefault(word) + 1;
                    continue;
                }

                _toAccept[index]--;
                if (_accepted.Add(word) && !_handled.Contains(word)) _missing.Add(word);
            }
        }

        foreach (var id in _consumers.SelectMany(consumer => consumer.ReadNew()))
        {
            _deliveries.Add(id);
            _handled.Add(id);
            _missing.Remove(id);
        }
    }

    private async Task<string?> FailureAsync()
    {
        foreach (var consumer in _consumers.Where(consumer => consumer.HasEnded)) return await consumer.FailureAsync() ?? "A consumer ended by itself.";
        foreach (var (index, producer) in _producers.Index().Where(producer => producer.Item.HasEnded))
        {
            Read();
            if (await producer.FailureAsync() is { } failure) return failure;
            if (_toAccept[index] > 0) return $"A producer ended with {_toAccept[index]} pushes to go.";
        }

        return null;
    }

    /// <summary>Whether all that is missing is a dead letter, and nothing is left in the queue.</summary>
    private async Task<bool> IsSettledAsync()
    {
        if (await StatusAsync() is not { Waiting: null or 0, InFlight: null or 0, Scheduled: null or 0 }) return false;
        return _missing.Count == 0 || _missing.IsSubsetOf(await DeadAsync());
    }

    private async Task<QueueStatus?> StatusAsync()
    {
        try
        {
            return await Administration.GetStatusAsync(Queue, CancellationToken.None);
        }
        catch (ServiceUnavailableException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<string>> DeadAsync() => [.. (await Administration.PeekDeadAsync(Queue, MostDead, CancellationToken.None)).Select(letter => letter.Message.Id)];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
