using System.Globalization;

namespace SwitchBench.Chains;

/// <summary>What a run of chains is asked for.</summary>
internal sealed record ChainOptions
{
    public const string Usage = "--chains [--count N] [--lengths 1,2,3,4] [--kills N] [--routes ipc,http] [--quick]";

    /// <summary>Calls, and as many sequences, over each route; divided among the lengths.</summary>
    public int Count { get; init; } = 10_000;

    public IReadOnlyList<int> Lengths { get; init; } = [1, 2, 3, 4];

    /// <summary>The most proxies of one chain that are killed, one after the other; each of them where it is not said.</summary>
    public int Kills { get; init; } = int.MaxValue;

    public IReadOnlyList<string> Routes { get; init; } = ["ipc", "http"];

    /// <exception cref="ArgumentException">An argument is not known, or has no value.</exception>
    public static ChainOptions Parse(string[] arguments)
    {
        var options = new ChainOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--count" => options with { Count = int.Parse(Value(ref i), CultureInfo.InvariantCulture) },
                "--lengths" =>
                    options with { Lengths = [.. Value(ref i).Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))] },
                "--kills" => options with { Kills = int.Parse(Value(ref i), CultureInfo.InvariantCulture) },
                "--routes" => options with { Routes = Value(ref i).Split(',') },
                "--quick" => options with { Count = 400, Lengths = [3], Kills = 1, Routes = ["ipc"] },
                var other => throw new ArgumentException($"'{other}' is not known: {Usage}."),
            };
        }

        return options.Lengths.All(length => length is >= 1 and <= 8)
            ? options
            : throw new ArgumentException("A chain has 1 to 8 proxies.");

        string Value(ref int i) =>
            ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} needs a value.");
    }
}
