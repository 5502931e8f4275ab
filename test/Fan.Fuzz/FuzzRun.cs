using System.Diagnostics;
using System.Security.Cryptography;

namespace Fan.Fuzz;

/// <summary>What was found: an input, and what is wrong with how it ended.</summary>
internal sealed record Finding(byte[] Input, string Reason)
{
    /// <summary>The name to keep it under.</summary>
    public string FileName => $"found-{Convert.ToHexStringLower(SHA256.HashData(Input).AsSpan(0, 8))}.bin";
}

/// <summary>Feeds one target with changed inputs until the time is over or something is found.</summary>
internal sealed class FuzzRun(FuzzTarget target, int seed)
{
    private const int MaxKept = 2_000;
    private const int MaxOutcomes = 100_000;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hung = TimeSpan.FromSeconds(20);

    private readonly Random _random = new(seed);
    private readonly List<byte[]> _kept = [];
    private readonly HashSet<string> _outcomes = [];
    private byte[] _running = [];
    private long _began;

    /// <summary>How many inputs were read.</summary>
    public long Inputs { get; private set; }

    /// <summary>In how many ways they ended.</summary>
    public int Outcomes => _outcomes.Count;

    /// <summary>Runs the inputs of a folder, those that the target begins with, and then changed ones.</summary>
    public async Task<Finding?> RunAsync(TimeSpan time, DirectoryInfo? folder = null)
    {
        // An input that never ends can't be stopped, but it can be told.
        var work = Task.Run(() => Run(time, folder));
        while (await Task.WhenAny(work, Task.Delay(Hung)) != work)
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _began)) > Hung)
            {
                return new Finding(_running, $"did not end within {Hung.TotalSeconds} s");
            }
        }

        return await work;
    }

    private Finding? Run(TimeSpan time, DirectoryInfo? folder)
    {
        var mutator = new Mutator(_random);
        IEnumerable<byte[]> seeds = folder is { Exists: true }
            ? folder.EnumerateFiles("*.bin").Select(file => File.ReadAllBytes(file.FullName))
            : [];
        foreach (var input in seeds.Concat(target.Seeds))
        {
            if (Try(input, keep: true) is { } finding) return finding;
        }

        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            if (Try(mutator.Change(_kept[_random.Next(_kept.Count)], _kept), keep: false) is { } finding) return finding;
        }

        return null;
    }

    private Finding? Try(byte[] input, bool keep)
    {
        Inputs++;
        _running = input;
        var (most, perByte) = target.MostBytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Volatile.Write(ref _began, Stopwatch.GetTimestamp());
        string outcome;
        try
        {
            outcome = target.Run(input);
        }
        catch (Exception error)
        {
            return new Finding(input, error.ToString());
        }

        var took = Stopwatch.GetElapsedTime(_began);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (took > Slow && Again(input) > Slow) return new Finding(input, $"took {took.TotalSeconds:0.0} s");
        if (allocated > most + (perByte * input.Length))
        {
            return new Finding(input, $"allocated {allocated} bytes for an input of {input.Length}");
        }
        var isNew = _outcomes.Count < MaxOutcomes && _outcomes.Add(outcome);
        if ((isNew || keep) && _kept.Count < MaxKept) _kept.Add(input);
        return null;
    }

    // The machine may have been busy with something else.
    private TimeSpan Again(byte[] input)
    {
        var start = Stopwatch.GetTimestamp();
        target.Run(input);
        return Stopwatch.GetElapsedTime(start);
    }
}
