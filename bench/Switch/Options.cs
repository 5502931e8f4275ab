using System.Globalization;
using SwitchBench.Services;

namespace SwitchBench;

/// <summary>What a run is asked for.</summary>
internal sealed record Options
{
    public const string Usage = "[--store sqlite|zookeeper|zookeeper:3|URL] [--apps N] [--seconds S] [--rate CALLS] [--gap S] [--routes " +
        "http,ipc,tcp,amqp,redis,database] [--amqp URL] "
        +
        "[--faults [kill,pause,leader,cut,skew | restore,lose,replace]] [--rounds N] [--calm S] [--barrier] [--moves N] [--plant " +
        "failed|mixed|late|owner|deaf|mute|busy] [--peers] [--endpoints N] [--json PATH]";

    public const double DefaultSeconds = 10;

    /// <summary>The seconds at rest in which a process may take 2 % of a core.</summary>
    public const double FullCalm = 10;

    /// <summary>The faults there are.</summary>
    public static readonly IReadOnlyList<string> AllFaults = ["kill", "pause", "leader", "cut", "skew"];

    /// <summary>The faults by which the store comes back as another one. They are played in rounds of their own.</summary>
    public static readonly IReadOnlyList<string> StoreFaults = ["restore", "lose", "replace"];

    /// <summary>A URL; <c>sqlite</c>, <c>zookeeper</c> or <c>zookeeper:3</c> for one that the run makes itself.</summary>
    public string Store { get; init; } = "sqlite";

    public int Applications { get; init; } = 10;

    /// <summary>How long versions are switched. Null where only shards are moved, or for <see cref="DefaultSeconds"/>.</summary>
    public double? Seconds { get; init; }

    /// <summary>Root calls a second of all applications together.</summary>
    public double Rate { get; init; } = 500;

    /// <summary>Seconds between one change and the next.</summary>
    public double Gap { get; init; } = 0.05;

    public IReadOnlyList<string> Routes { get; init; } = ["http", "ipc"];

    /// <summary>The broker; null for one that the run starts itself.</summary>
    public string? Amqp { get; init; }

    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>How often the store comes back as another one in each way.</summary>
    public int Rounds { get; init; } = 20;

    /// <summary>For how long processes are watched at rest after that, in seconds.</summary>
    public double Calm { get; init; } = FullCalm;

    public bool Barrier { get; init; }

    public int Moves { get; init; }

    /// <summary>A defect that the run is to find.</summary>
    public string? Plant { get; init; }

    public bool Peers { get; init; }

    public int Endpoints { get; init; }

    public string? Json { get; init; }

    /// <summary>Whether the store is to come back as another one.</summary>
    public bool LosesStore => Faults.Any(StoreFaults.Contains);

    /// <summary>The kind of store, for people.</summary>
    public string StoreName => Store.Split(':')[0] + (Store == "zookeeper:3" ? ", three servers" : "");

    /// <exception cref="ArgumentException">An argument is not known, or has no value.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--store" => options with { Store = Value(ref i) },
                "--apps" => options with { Applications = int.Parse(Value(ref i), CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = Number(ref i) },
                "--rate" => options with { Rate = Number(ref i) },
                "--gap" => options with { Gap = Number(ref i) },
                "--routes" => options with { Routes = Value(ref i).Split(',') },
                "--amqp" => options with { Amqp = Value(ref i) },
                "--faults" =>
                    options with
                    {
                        Faults = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal)
                            ? Value(ref i).Split(',')
                            : AllFaults
                    },
                "--rounds" => options with { Rounds = int.Parse(Value(ref i), CultureInfo.InvariantCulture) },
                "--calm" => options with { Calm = Number(ref i) },
                "--barrier" => options with { Barrier = true },
                "--moves" => options with { Moves = int.Parse(Value(ref i), CultureInfo.InvariantCulture) },
                "--plant" => options with { Plant = Value(ref i) },
                "--peers" => options with { Peers = true },
                "--endpoints" => options with { Endpoints = int.Parse(Value(ref i), CultureInfo.InvariantCulture) },
                "--json" => options with { Json = Value(ref i) },
                var other => throw new ArgumentException($"'{other}' is not known: {Usage}."),
            };
        }

        if (options.Faults.FirstOrDefault(fault => !AllFaults.Contains(fault) && !StoreFaults.Contains(fault)) is { } unknown)
            throw new ArgumentException($"There is no fault '{unknown}'; there are {string.Join(", ", AllFaults.Concat(StoreFaults))}.");
        if (options.LosesStore && options.Faults.FirstOrDefault(AllFaults.Contains) is { } process)
        {
            throw new ArgumentException(
                $"The faults {string.Join(", ", StoreFaults)} are played in rounds of their own: leave '{process}' out.");
        }

        if (options.LosesStore && options.Store is not ("sqlite" or "zookeeper"))
        {
            throw new ArgumentException(
                $"A store that is to come back as another one is made by the run: --store sqlite or zookeeper, not '{options.Store}'.");
        }

        if (options.Plant is { } plant && !Defects.All.Contains(plant))
        {
            throw new ArgumentException($"There is no defect '{plant}'; there are {string.Join(", ", Defects.All)}.");
        }

        // Whose leader is to be killed has several servers.
        return options.Store == "zookeeper" && options.Faults.Contains("leader") ? options with { Store = "zookeeper:3" } : options;

        string Value(ref int i) =>
            ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} needs a value.");

        double Number(ref int i) => double.Parse(Value(ref i), CultureInfo.InvariantCulture);
    }
}
