using System.Runtime.CompilerServices;

namespace Fan.Native.Service;

internal sealed class Cellar : ICellar
{
    public ValueTask<long[]> DoubledAsync(long[] numbers, CancellationToken ct = default) => new([.. numbers.Select(number => number * 2)]);

    public ValueTask<List<double>> HalvedAsync(List<double> numbers, CancellationToken ct = default) =>
        new([.. numbers.Select(number => number / 2)]);

    public ValueTask<DateOnly?> NextDayAsync(DateOnly? day, CancellationToken ct = default) => new(day?.AddDays(1));

    public ValueTask<Guid[]> ReversedAsync(Guid[] ids, CancellationToken ct = default) => new([.. ids.Reverse()]);

    public ValueTask<Bottle> OlderAsync(Bottle bottle, CancellationToken ct = default) => new(bottle with { Year = bottle.Year - 1 });

    public ValueTask<(string Name, int Count)> SwappedAsync((int Count, string Name) pair, CancellationToken ct = default) =>
        new((pair.Name, pair.Count));

    public ValueTask<Colour> MixedAsync(Colour first, Colour second, CancellationToken ct = default) =>
        new(first == second ? first : Colour.Rose);

    public ValueTask<Dictionary<string, Bottle>> ByNameAsync(Bottle[] bottles, CancellationToken ct = default) =>
        new(bottles.ToDictionary(bottle => bottle.Name));

    public async IAsyncEnumerable<Bottle> YearsAsync(Bottle bottle, int count, [EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return bottle with { Year = bottle.Year + i };
        }
    }
}
