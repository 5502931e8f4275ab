namespace Fan.Meaning.Tests.Cases;

/// <summary>Choices that a seed decides.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random _random = new(seed);

    public int Below(int count) => _random.Next(count);

    public int Between(int least, int most) => _random.Next(least, most + 1);

    public bool Chance(int percent) => _random.Next(100) < percent;

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    public T OfAll<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    public long Long() => _random.NextInt64(long.MinValue, long.MaxValue);

    public double Double() => _random.NextDouble();

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A seed of its own for a part, which stays when other parts go.</summary>
    public static int Mix(int seed, string part)
    {
        var hash = unchecked((uint)seed * 2654435761u) ^ 2166136261u;
        foreach (var c in part) hash = unchecked((hash ^ c) * 16777619u);
        hash ^= hash >> 15;
        return unchecked((int)(hash * 2246822519u)) & int.MaxValue;
    }
}
