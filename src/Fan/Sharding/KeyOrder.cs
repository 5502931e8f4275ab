using System.Globalization;

namespace Fan.Sharding;

/// <summary>The order of shard keys: numbers as numbers, everything else by its characters, numbers before everything else.</summary>
internal static class KeyOrder
{
    public static int Compare(string left, string right) => (DecimalOf(left), DecimalOf(right)) switch
    {
        ({ } first, { } second) => first.CompareTo(second),
        (not null, null) => -1,
        (null, not null) => 1,
        _ => CompareCharacters(left, right),
    };

    /// <summary>As programs of the revision before compare: whole numbers only, and the text as it travels.</summary>
    public static int CompareAsBefore(string left, string right) => (WholeOf(left), WholeOf(right)) switch
    {
        ({ } first, { } second) => first.CompareTo(second),
        (not null, null) => -1,
        (null, not null) => 1,
        _ => string.CompareOrdinal(left, right),
    };

    private static decimal? DecimalOf(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static long? WholeOf(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    // By code points: the halves of surrogate pairs would come before characters that come before the pair.
    private static int CompareCharacters(string left, string right)
    {
        var (first, second) = (left.EnumerateRunes(), right.EnumerateRunes());
        while (true)
        {
            var (hasFirst, hasSecond) = (first.MoveNext(), second.MoveNext());
            if (!hasFirst || !hasSecond) return hasFirst.CompareTo(hasSecond);
            if (first.Current != second.Current) return first.Current.CompareTo(second.Current);
        }
    }
}
