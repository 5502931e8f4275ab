using System.Globalization;

namespace Fan.Conformance.Histories;

/// <summary>A handler began an attempt.</summary>
/// <param name="Id">Of the push.</param>
/// <param name="Attempt">The number that it was told.</param>
/// <param name="At">When, in microseconds.</param>
public readonly record struct AttemptBegun(string Id, int Attempt, long At);

/// <summary>What became of the counting of attempts.</summary>
/// <param name="Pushes">Those whose attempts were looked at.</param>
/// <param name="Wrong">Those with a number that can't be.</param>
/// <param name="Examples">Some of them.</param>
public sealed record AttemptVerdict(int Pushes, int Wrong, IReadOnlyList<string> Examples)
{
    /// <summary>Whether every number was right.</summary>
    public bool Holds => Wrong == 0;
}

/// <summary>
/// Judges what handlers were told of the number of their attempt: one more than were made. Where something was disturbed meanwhile,
/// attempts may have been begun that no handler saw.
/// </summary>
public static class AttemptHistoryChecker
{
    private const int MaxExamples = 10;

    // A disturbance is written down a little after it has had its effect.
    private const long Late = 5_000_000;

    /// <summary>Checks pushes of which there is one copy only.</summary>
    /// <param name="attempts">In any order.</param>
    /// <param name="sentAt">When a push was sent; one that is not there may have been so at any time.</param>
    /// <param name="disturbances">Moments at which a consumer may have lost what it held, once for each.</param>
    /// <param name="mayBeCopied">Whether a disturbance may leave a second copy of a push, with a count of its own.</param>
    public static AttemptVerdict Check(
        IEnumerable<AttemptBegun> attempts,
        IReadOnlyDictionary<string, long> sentAt,
        IEnumerable<long> disturbances,
        Func<string, bool> mayBeCopied)
    {
        ArgumentNullException.ThrowIfNull(attempts);
        ArgumentNullException.ThrowIfNull(sentAt);
        ArgumentNullException.ThrowIfNull(disturbances);
        ArgumentNullException.ThrowIfNull(mayBeCopied);
        long[] moments = [.. disturbances.Order()];
        var (pushes, wrong) = (0, new List<string>());
        foreach (var push in attempts.GroupBy(attempt => attempt.Id, StringComparer.Ordinal))
        {
            pushes++;
            AttemptBegun[] begun = [.. push.OrderBy(attempt => attempt.At)];
            var sent = sentAt.GetValueOrDefault(push.Key);
            for (var i = 0; i < begun.Length; i++)
            {
                var disturbed = Between(moments, sent, begun[i].At + Late);
                var least = i == 0 ? 1 : disturbed > 0 && mayBeCopied(push.Key) ? 2 : begun[i - 1].Attempt + 1;
                if (begun[i].Attempt >= least && begun[i].Attempt <= i + 1 + disturbed) continue;
                wrong.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{push.Key}: {string.Join(' ', begun.Select(attempt => attempt.Attempt))} ({disturbed} disturbances)"));
                break;
            }
        }

        return new AttemptVerdict(pushes, wrong.Count, [.. wrong.Order(StringComparer.Ordinal).Take(MaxExamples)]);
    }

    private static int Between(long[] moments, long from, long to)
    {
        var (first, last) = (Array.BinarySearch(moments, from), Array.BinarySearch(moments, to));
        first = first < 0 ? ~first : Array.IndexOf(moments, from);
        last = last < 0 ? ~last : Array.LastIndexOf(moments, to) + 1;
        return last - first;
    }
}
