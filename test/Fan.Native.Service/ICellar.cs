namespace Fan.Native.Service;

public enum Colour
{
    Red = 1,
    White = 2,
    Rose = 3,
}

public sealed record Bottle(string Name, int Year, Colour Colour, decimal? Price = null)
{
    public IReadOnlyList<string> Grapes { get; init; } = [];
}

/// <summary>Arguments and results of the kinds that builds without reflection have failed on.</summary>
[Service("native.cellar")]
public interface ICellar
{
    ValueTask<long[]> DoubledAsync(long[] numbers, CancellationToken ct = default);

    ValueTask<List<double>> HalvedAsync(List<double> numbers, CancellationToken ct = default);

    ValueTask<DateOnly?> NextDayAsync(DateOnly? day, CancellationToken ct = default);

    ValueTask<Guid[]> ReversedAsync(Guid[] ids, CancellationToken ct = default);

    ValueTask<Bottle> OlderAsync(Bottle bottle, CancellationToken ct = default);

    ValueTask<(string Name, int Count)> SwappedAsync((int Count, string Name) pair, CancellationToken ct = default);

    ValueTask<Colour> MixedAsync(Colour first, Colour second, CancellationToken ct = default);

    ValueTask<Dictionary<string, Bottle>> ByNameAsync(Bottle[] bottles, CancellationToken ct = default);

    IAsyncEnumerable<Bottle> YearsAsync(Bottle bottle, int count, CancellationToken ct = default);
}
