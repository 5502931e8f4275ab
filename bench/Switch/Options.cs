using System.Globalization;

namespace SwitchBench;

/// <summary>What a run is asked for.</summary>
internal sealed record Options(string Store, int Applications, double Seconds, IReadOnlyList<string> Routes, bool Faults, bool Barrier, int Moves, string? Json)
{
    /// <exception cref="ArgumentException">An argument is not known, or has no value.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options($"sqlite:{Path.Combine(Path.GetTempPath(), $"fan-switch-{Environment.ProcessId}.db")}", 10, 10, ["http", "ipc"], false, false, 0, null);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--store" => options with { Store = Value(ref i) },
                "--apps" => options with { Applications = int.Parse(Value(ref i), CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = double.Parse(Value(ref i), CultureInfo.InvariantCulture) },
                "--routes" => options with { Routes = Value(ref i).Split(',') },
                "--faults" => options with { Faults = true },
                "--barrier" => options with { Barrier = true },
                "--moves" => options with { Moves = int.Parse(Value(ref i), CultureInfo.InvariantCulture) },
                "--json" => options with { Json = Value(ref i) },
                var other => throw new ArgumentException($"'{other}' is not known: [--store URL] [--apps N] [--seconds S] [--routes http,ipc,tcp] [--faults] [--barrier] [--moves N] [--json PATH]."),
            };
        }

        return options;

        string Value(ref int i) => ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} needs a value.");
    }
}
