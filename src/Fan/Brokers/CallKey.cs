namespace Fan.Brokers;

/// <summary>What tells a call from all others: where its reply goes, and its number there.</summary>
internal readonly record struct CallKey(string ReplyTo, string Number)
{
    // Names of replies differ at their end, and are long.
    private const int Telling = 12;

    public override int GetHashCode() =>
        HashCode.Combine(
            Number.GetHashCode(StringComparison.Ordinal),
            string.GetHashCode(ReplyTo.AsSpan(Math.Max(0, ReplyTo.Length - Telling)), StringComparison.Ordinal));
}
