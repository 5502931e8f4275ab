using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Fan.Native.Service;

/// <summary>What is asked, and what the answer must be.</summary>
internal static class Questions
{
    private static readonly Bottle Rioja = new("Rioja", 2019, Colour.Red, 12.50m) { Grapes = ["Tempranillo", "Graciano"] };
    private static readonly Guid[] Ids = [new("00000000-0000-0000-0000-000000000001"), new("ffffffff-0000-0000-0000-000000000002")];

    public static IEnumerable<(string Name, string Expected, Func<IFan, Task<string>> Ask)> All()
    {
        yield return (
            "long[]", "[2, -4, 9007199254740994]", async fan => Text(await fan.Get<ICellar>().DoubledAsync([1, -2, 4503599627370497])));
        yield return ("List<double>", "[0.25, -1.5]", async fan => Text(await fan.Get<ICellar>().HalvedAsync([0.5, -3])));
        yield return ("DateOnly?", "2024-02-29", async fan => Text(await fan.Get<ICellar>().NextDayAsync(new DateOnly(2024, 2, 28))));
        yield return ("DateOnly? null", "null", async fan => Text(await fan.Get<ICellar>().NextDayAsync(null)));
        yield return ("Guid[]", Text(Ids.Reverse()), async fan => Text(await fan.Get<ICellar>().ReversedAsync(Ids)));
        yield return (
            "record", "Rioja 2018 Red 12.50 [Tempranillo, Graciano]", async fan => Text(await fan.Get<ICellar>().OlderAsync(Rioja)));
        yield return ("tuple", "(Rioja, 3)", async fan => Text(await fan.Get<ICellar>().SwappedAsync((3, "Rioja"))));
        yield return ("enum", "Rose", async fan => Text(await fan.Get<ICellar>().MixedAsync(Colour.Red, Colour.White)));
        yield return ("record[], map", "[Rioja: Rioja 2019 Red 12.50 [Tempranillo, Graciano]]", async fan => Text(
            await fan.Get<ICellar>().ByNameAsync([Rioja])));
        yield return ("sequence", "[Port 2000 Red null [], Port 2001 Red null []]", async fan => Text(
            await fan.Get<ICellar>().YearsAsync(new Bottle("Port", 2000, Colour.Red), 2).ToListAsync()));
        yield return ("by name", "Rioja 2018 Red 12.50 [Tempranillo, Graciano]", async fan =>
        {
            using var arguments = JsonDocument.Parse(
                """{"bottle": {"name": "Rioja", "year": 2019, "colour": 1, "price": 12.50, "grapes": ["Tempranillo", "Graciano"]}}""");
            return Text(await fan.CallAsync<Bottle>("native.cellar.older", arguments.RootElement));
        }
        );
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => text,
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Bottle bottle => $"{bottle.Name} {Text(bottle.Year)} {bottle.Colour} {Text(bottle.Price)} {Text(bottle.Grapes)}",
        ValueTuple<string, int> pair => $"({pair.Item1}, {Text(pair.Item2)})",
        Dictionary<string, Bottle> map => $"[{string.Join(", ", map.Select(pair => $"{pair.Key}: {Text(pair.Value)}"))}]",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Text))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
