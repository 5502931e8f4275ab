using System.Globalization;
using Fan.Conformance.Histories;
using Fan.Loss.Faults;
using Fan.Loss.Processes;

namespace Fan.Loss.Accounting;

/// <summary>The account of every push, from what producers and consumers wrote down. Not safe from several threads.</summary>
/// <param name="plan">What becomes of pushes.</param>
/// <param name="isCopying">
/// Whether a retry of a push without a key is a copy at the broker, so that a disturbance between the two leaves both.
/// </param>
internal sealed class LossLedger(PushPlan plan, bool isCopying)
{
    private const int MostExamples = 10;
    private const int KeyedOneIn = Producer.KeyedOneIn;

    private readonly Dictionary<string, (long Sent, long Accepted)> _accepted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sentAgain = new(StringComparer.Ordinal);
    private readonly List<string> _deliveries = [];
    private readonly HashSet<string> _handled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);
    private readonly List<AttemptBegun> _attempts = [];
    private readonly List<long> _disturbances = [];
    private readonly HashSet<(string Member, string Attempt)> _hanging = [];
    private readonly HashSet<(string Member, string Attempt)> _told = [];
    private readonly HashSet<string> _killed = new(StringComparer.Ordinal);
    private readonly List<string> _lastTold = [];
    private readonly List<Deletion> _deletions = [];
    private readonly Dictionary<string, int> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _met = new(StringComparer.Ordinal);

    public int Accepted => _accepted.Count;

    public int Handled => _handled.Count;

    /// <summary>Accepted pushes of which nothing is known yet.</summary>
    public IReadOnlySet<string> Missing => _missing;

    /// <summary>Pushes that were not accepted, and were sent again, by their error.</summary>
    public IReadOnlyDictionary<string, int> Refused => _refused;

    public IReadOnlyDictionary<string, int> Met => _met;

    /// <summary>What consumers and pushers were told last.</summary>
    public IReadOnlyList<string> LastTold => _lastTold;

    public IReadOnlyList<Deletion> Deletions => _deletions;

    /// <summary>Takes a line of a producer; whether it tells of an accepted push.</summary>
    public bool ReadProducer(string line)
    {
        var words = line.Split(' ', 4);
        if (words is ["r", var refused, var error, var text])
        {
            _sentAgain.Add(refused);
            Count(_refused, error);
            Told(text);
            return false;
        }

        var id = words[1];
        _accepted[id] = (Moment(words[2]), Moment(words[3]));
        if (!_handled.Contains(id) && !_deleted.Contains(id)) _missing.Add(id);
        return true;
    }

    /// <summary>Takes a line of a consumer.</summary>
    public void ReadConsumer(string member, string line)
    {
        var words = line.Split(' ', 4);
        switch (words)
        {
            case ["b", var id, var attempt, var moment]:
                _attempts.Add(new AttemptBegun(id, int.Parse(attempt, CultureInfo.InvariantCulture), Moment(moment)));
                if (plan.HasBadText(LossProcess.Number(id))) Count(_met, "bad texts");
                break;
            case ["h", var id, var attempt]:
                _hanging.Add((member, $"{id} {attempt}"));
                Count(_met, "hanging");
                break;
            case ["l", ..]:
                Count(_met, "long");
                break;
            case ["t", var id, var attempt]:
                _told.Add((member, $"{id} {attempt}"));
                break;
            case ["i", var what, var moment, var text]:
                _disturbances.Add(Moment(moment));
                Count(_met, what);
                Told($"{member}: {text}");
                break;
            case ["d", var id]:
                _deliveries.Add(id);
                _handled.Add(id);
                _missing.Remove(id);
                break;
            default: throw new InvalidDataException($"A consumer wrote '{line}'.");
        }
    }

    /// <summary>A process was killed, or something befell all that consume.</summary>
    public void Disturb(int consumers, string? killed = null)
    {
        _disturbances.AddRange(Enumerable.Repeat(Moments.Now(), consumers));
        if (killed is not null) _killed.Add(killed);
    }

    public void Delete(Deletion deletion)
    {
        _deletions.Add(deletion);
        if (deletion.Ids is null) return;
        _deleted.UnionWith(deletion.Ids);
        _missing.ExceptWith(deletion.Ids);
    }

    /// <summary>Those missing pushes that can have stood where somebody deleted, no more than were counted there.</summary>
    public IReadOnlySet<string> Explained(IEnumerable<string> missing)
    {
        var explained = new HashSet<string>(StringComparer.Ordinal);
        var open = missing.OrderBy(id => _accepted[id].Sent).ToList();
        foreach (var deletion in _deletions.Where(deletion => deletion.Ids is null))
        {
            // Between the count and the end of it more may have come.
            var most = deletion.Count + _accepted.Values.Count(
                push => push.Accepted >= deletion.CountedAt && push.Sent <= deletion.DeletedAt);
            var gone = open.Where(id => _accepted[id].Sent <= deletion.DeletedAt).Take(most).ToList();
            explained.UnionWith(gone);
            open.RemoveAll(explained.Contains);
        }

        return explained;
    }

    /// <summary>The end of it.</summary>
    public (PushVerdict Verdict, int Explained) Judge(IReadOnlyDictionary<string, int> dead)
    {
        var explained = Explained(_missing.Where(id => !dead.ContainsKey(id)));
        var gone = _accepted.Keys
            .Where(id => !_handled.Contains(id) && !dead.ContainsKey(id) && (_deleted.Contains(id) || explained.Contains(id)))
            .ToHashSet(StringComparer.Ordinal);
        return (PushHistoryChecker.Check([.. _accepted.Keys.Where(id => !gone.Contains(id))], _deliveries, [.. dead.Keys]), gone.Count);
    }

    /// <summary>Of pushes that were sent once, so that there is one of each.</summary>
    public AttemptVerdict JudgeAttempts() => AttemptHistoryChecker.Check(
        _attempts.Where(attempt => !_sentAgain.Contains(attempt.Id)),
        _accepted.ToDictionary(push => push.Key, push => push.Value.Sent),
        _disturbances,
        id => isCopying && LossProcess.Number(id) % KeyedOneIn != 0);

    public int Untold() => _hanging.Count(handler => !_told.Contains(handler) && !_killed.Contains(handler.Member));

    /// <summary>Dead letters that should not be, or that died of another number of attempts than they had.</summary>
    /// <param name="dead">The letters, with their attempts.</param>
    public IReadOnlyList<string> WronglyDead(IReadOnlyDictionary<string, int> dead)
    {
        var last = _attempts.GroupBy(attempt => attempt.Id, StringComparer.Ordinal)
            .ToDictionary(push => push.Key, push => push.Max(attempt => attempt.Attempt));
        return [.. dead.Where(letter => !plan.IsToDie(LossProcess.Number(letter.Key))
            || (!_sentAgain.Contains(letter.Key)
                && plan.AlwaysFails(LossProcess.Number(letter.Key))
                && letter.Value < last.GetValueOrDefault(letter.Key)))
            .Select(letter => string.Create(
                CultureInfo.InvariantCulture,
                $"{letter.Key} after {letter.Value} attempts, handlers saw {last.GetValueOrDefault(letter.Key)}"))
            .Order(StringComparer.Ordinal).Take(MostExamples)];
    }

    // The same again and again says nothing more.
    private void Told(string text)
    {
        _lastTold.Remove(text);
        _lastTold.Add(text);
        if (_lastTold.Count > MostExamples) _lastTold.RemoveAt(0);
    }

    private static long Moment(string word) => long.Parse(word, CultureInfo.InvariantCulture);

    private static void Count(Dictionary<string, int> counts, string what) => counts[what] = counts.GetValueOrDefault(what) + 1;
}
