using System.Globalization;

namespace SwitchBench.Canary;

/// <summary>What a run with a canary of one shard is asked for.</summary>
internal sealed record CanaryOptions
{
    public const string Usage =
        "--canary [--store sqlite|zookeeper|zookeeper:3|URL] [--seconds S] [--rate CALLS] [--routes http,ipc] [--crash-every S] " +
        "[--quick] [--plant failed|stray|owner] [--json PATH]";

    public string Store { get; init; } = "sqlite";

    public double Seconds { get; init; } = 60;

    /// <summary>Calls a second of all callers together.</summary>
    public double Rate { get; init; } = 400;

    public IReadOnlyList<string> Routes { get; init; } = ["http", "ipc"];

    /// <summary>Seconds between one kill and the next.</summary>
    public double CrashEvery { get; init; } = 6;

    /// <summary>A defect that the run is to find.</summary>
    public string? Plant { get; init; }

    public string? Json { get; init; }

    /// <exception cref="ArgumentException">An argument is not known, or has no value.</exception>
    public static CanaryOptions Parse(string[] arguments)
    {
        var options = new CanaryOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--store" => options with { Store = Value(ref i) },
                "--seconds" => options with { Seconds = Number(ref i) },
                "--rate" => options with { Rate = Number(ref i) },
                "--routes" => options with { Routes = Value(ref i).Split(',') },
                "--crash-every" => options with { CrashEvery = Number(ref i) },
                "--quick" => options with { Seconds = 8, Rate = 200, CrashEvery = 2, Routes = ["ipc"] },
                "--plant" => options with { Plant = Value(ref i) },
                "--json" => options with { Json = Value(ref i) },
                var other => throw new ArgumentException($"'{other}' is not known: {Usage}."),
            };
        }

        return options.Plant is null or "failed" or "stray" or "owner"
            ? options
            : throw new ArgumentException($"There is no defect '{options.Plant}'; there are failed, stray, owner.");

        string Value(ref int i) =>
            ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} needs a value.");

        double Number(ref int i) => double.Parse(Value(ref i), CultureInfo.InvariantCulture);
    }
}
