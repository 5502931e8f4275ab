using System.Globalization;
using Fan.Loss.Accounting;
using Fan.Loss.Faults;
using Fan.Loss.Processes;
using Fan.Queues;
using Fan.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Loss;

/// <summary>
/// One run: producers, consumers and a broker, what befalls them in turn, and the account of every push. What it starts ends with it.
/// </summary>
internal sealed class LossRun(LossOptions options, Action<string> tell) : IAsyncDisposable
{
    private const int MostDead = 100_000;
    // Pushes that are handled between two faults.
    private const int Breath = 50;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    // What the broker holds, or hands on late, it does not count.
    private static readonly TimeSpan QuietAfterDeletion = TimeSpan.FromSeconds(10);
    // RabbitMQ that is killed less than half a second after it has made a queue keeps the name without the queue, for ever: see
    // docs/amqp.md.
    private static readonly TimeSpan MadeAgain = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AlarmAtMost = TimeSpan.FromSeconds(20);
    private static readonly QueueName Queue = new(LossProcess.Service);

    private readonly ServerFolder _folders = new(options.Folder);
    private readonly List<LossCrew> _consumers = [];
    private readonly List<LossCrew> _producers = [];
    private readonly int[] _allowed = new int[options.Producers];
    private readonly int[] _toAccept = [.. Enumerable.Range(0, options.Producers).Select(index => ShareOf(options, index))];
    private readonly IReadOnlySet<string> _kinds = options.KindsInForce;
    private readonly LossLedger _ledger = new(new PushPlan(options.KindsInForce), isCopying: options.Route == "amqp");
    private readonly Dictionary<string, int> _faults = new(StringComparer.Ordinal);
    private LossServer? _server;
    private IHost? _host;
    private int _begun;
    private long? _deletedAt;

    private IQueueAdministration Administration => _host!.Services.GetRequiredService<IQueueTransport>().Administration;

    private bool IsAllAccepted => Array.TrueForAll(_toAccept, count => count == 0);

    public async Task<LossReport> RunAsync()
    {
        var folder = _folders.New(options.Route);
        Directory.CreateDirectory(folder);
        _server = await LossRoutes.StartAsync(options.Route, Path.Combine(folder, "server"), _kinds);
        _host = LossRoutes.Build(options.Route, _server.Place);
        await _host.StartAsync();
        var start = TimeProvider.System.GetTimestamp();
        var kinds = string.Join(',', _kinds);
        foreach (var i in Enumerable.Range(0, options.Consumers))
        {
            _consumers.Add(new LossCrew(
                folder, "c" + i, (records, _) => ["consume", options.Route, _server.Place, records, options.Plants.ToString(), kinds]));
        }
        foreach (var i in Enumerable.Range(0, options.Producers))
        {
            _producers.Add(
                new LossCrew(folder, "p" + i, (records, name) =>
                [
                    "produce",
                    options.Route,
                    _server.Place,
                    records,
                    name,
                    Text(_toAccept[i]),
                    Text(options.InFlight),
                    kinds
                ]));
        }
        _consumers.ForEach(consumer => consumer.Start());
        // A push to a queue that nobody has declared yet is refused, and rightly.
        await Conformance.Eventually.TrueAsync(async () => await StatusAsync() is not null, "the queue is there");
        foreach (var index in Enumerable.Range(0, _producers.Count)) await StartProducerAsync(index);
        var problem = await WatchAsync(start);
        foreach (var consumer in _consumers.Where(consumer => !consumer.HasEnded)) await consumer.StopAsync();
        Read();
        var dead = await DeadAsync();
        var (verdict, explained) = _ledger.Judge(dead);
        return new LossReport
        {
            Route = options.Route,
            Messages = options.Messages,
            Seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds,
            Faults = _faults,
            Refused = _ledger.Refused,
            Met = _ledger.Met,
            Deleted = [.. _ledger.Deletions.Select(deletion => $"{deletion.What} with {Text(deletion.Count)}")],
            Explained = explained,
            Verdict = verdict,
            Attempts = _ledger.JudgeAttempts(),
            Untold = _ledger.Untold(),
            LastTold = _ledger.LastTold,
            WronglyDead = _ledger.WronglyDead(dead),
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

    /// <summary>
    /// Does one fault after the other, and returns when everything was handled, or nothing moves any more; then it says so.
    /// </summary>
    private async Task<string?> WatchAsync(long start)
    {
        using var timer = new PeriodicTimer(Tick);
        var (progress, moved, told, resumed) = (-1, start, start, 0);
        do
        {
            Read();
            if (await FailureAsync() is { } failure) return failure;
            var now = TimeProvider.System.GetTimestamp();
            var (done, waited) = (
                _ledger.Accepted - _ledger.Missing.Count + _ledger.Accepted, TimeProvider.System.GetElapsedTime(moved, now));
            if (done != progress)
            {
                (progress, moved) = (done, now);
            }
            else if (IsAllAccepted
                && waited > (_ledger.Deletions.Any(deletion => deletion.Ids is null) ? QuietAfterDeletion : Quiet)
                && await IsSettledAsync())
            {
                return null;
            }
            // Until all is accepted it is processes that start, which takes as long as the machine is busy.
            else if (waited > options.Patience && (IsAllAccepted || waited > Conformance.Eventually.Deadline))
            {
                return $"Nothing moved for {options.Patience.TotalSeconds:0} s.";
            }
            if (IsAllAccepted && _ledger.Missing.Count == 0 && await IsSettledAsync()) return null;
            if (TimeProvider.System.GetElapsedTime(told, now) >= TellEvery)
            {
                told = now;
                tell(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{TimeProvider.System.GetElapsedTime(start, now).TotalSeconds,4:0} s: {_ledger.Accepted:N0} accepted, " +
                        $"{_ledger.Missing.Count:N0} of them to be handled, {_begun} faults"));
            }

            // Each has its place by what was accepted, so that every run has as many, and finds consumers at their work.
            if (_begun < options.Faults
                && _ledger.Accepted >= (_begun + 1L) * options.Messages / (options.Faults + 1)
                && _ledger.Handled >= Math.Min(resumed, _ledger.Accepted)
                && (_deletedAt is not { } at || TimeProvider.System.GetElapsedTime(at) > MadeAgain))
            {
                _deletedAt = null;
                await DoNextAsync();
                await AllowAsync();
                moved = TimeProvider.System.GetTimestamp();
                resumed = _ledger.Handled + Breath;
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

    private static int ShareOf(LossOptions options, int index) =>
        (options.Messages / options.Producers) + (index < options.Messages % options.Producers ? 1 : 0);

    private async Task DoNextAsync()
    {
        string[] kinds = [.. FaultKind.Events.Where(_kinds.Contains)];
        var (kind, turn) = (kinds[_begun % kinds.Length], _begun / kinds.Length);
        _begun++;
        switch (kind)
        {
            case FaultKind.Consumer:
                var consumer = _consumers[turn % _consumers.Count];
                _ledger.Disturb(1, consumer.Member);
                consumer.Kill();
                consumer.Start();
                break;
            case FaultKind.Producer:
                // One that is done has nothing to be killed in.
                var index = Enumerable.Range(turn, _producers.Count)
                    .Select(i => i % _producers.Count)
                    .FirstOrDefault(i => _toAccept[i] > 0, -1);
                if (index < 0) return;
                _producers[index].Kill();
                Read();
                if (_toAccept[index] > 0) await StartProducerAsync(index);
                break;
            case FaultKind.Broker:
                _ledger.Disturb(_consumers.Count);
                await _server!.RestartAsync!();
                _ledger.Disturb(_consumers.Count);
                break;
            case FaultKind.Delete:
                _ledger.Disturb(_consumers.Count);
                var deletion = await _server!.DeleteAsync(turn);
                _ledger.Delete(deletion);
                if (deletion.Ids is null) _deletedAt = TimeProvider.System.GetTimestamp();
                break;
            default:
                await AlarmAsync();
                break;
        }

        _faults[kind] = _faults.GetValueOrDefault(kind) + 1;
    }

    // Until producers have met it.
    private async Task AlarmAsync()
    {
        await _server!.AlarmAsync!(true);
        await AllowAsync();
        var (before, began) = (_ledger.Refused.Values.Sum(), TimeProvider.System.GetTimestamp());
        using var timer = new PeriodicTimer(Tick);
        while (_ledger.Refused.Values.Sum() == before
            && TimeProvider.System.GetElapsedTime(began) < AlarmAtMost
            && await timer.WaitForNextTickAsync())
        {
            Read();
        }
        await _server.AlarmAsync(false);
    }

    private void Read()
    {
        foreach (var (index, producer) in _producers.Index())
        {
            foreach (var (_, line) in producer.ReadNew())
            {
                if (_ledger.ReadProducer(line)) _toAccept[index]--;
            }
        }

        foreach (var (member, line) in _consumers.SelectMany(consumer => consumer.ReadNew())) _ledger.ReadConsumer(member, line);
    }

    private async Task<string?> FailureAsync()
    {
        foreach (var consumer in _consumers.Where(consumer => consumer.HasEnded))
        {
            return await consumer.FailureAsync() ?? "A consumer ended by itself.";
        }
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
        if (_ledger.Missing.Count == 0) return true;
        var dead = await DeadAsync();
        var left = _ledger.Missing.Where(id => !dead.ContainsKey(id)).ToList();
        return left.Count == _ledger.Explained(left).Count;
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

    /// <summary>The dead letters, with the attempts that they died of.</summary>
    private async Task<IReadOnlyDictionary<string, int>> DeadAsync() =>
        (await Administration.PeekDeadAsync(Queue, MostDead, CancellationToken.None))
            .GroupBy(letter => letter.Message.Id, StringComparer.Ordinal)
            .ToDictionary(letters => letters.Key, letters => letters.Max(letter => letter.Attempts), StringComparer.Ordinal);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
