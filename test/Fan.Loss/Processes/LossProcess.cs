using System.Globalization;

namespace Fan.Loss.Processes;

/// <summary>A process that is started to be killed. It ends too when whoever started it does.</summary>
internal static class LossProcess
{
    public const string Service = "loss.stock";

    private const char Dash = '-';

    /// <summary>The name of a push, by its producer and its number there.</summary>
    public static string Id(string producer, int number) => string.Create(CultureInfo.InvariantCulture, $"{producer}{Dash}{number}");

    /// <summary>The number of a push at its producer.</summary>
    public static int Number(string id) =>
        int.Parse(id.AsSpan(id.IndexOf(Dash, StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    public static async Task<int> RunAsync(string[] args)
    {
        using var ending = new CancellationTokenSource();
        // Each line of the input lets it push so many more.
        using var allowed = new SemaphoreSlim(0);
        var watching = EndWithInputAsync(ending, line => allowed.Release(int.Parse(line, CultureInfo.InvariantCulture)));
        if (args is ["produce", var route, var place, var records, var name, var count, var inFlight, var kinds])
        {
            await Producer.RunAsync(
                route,
                place,
                records,
                name,
                int.Parse(count, CultureInfo.InvariantCulture),
                int.Parse(inFlight, CultureInfo.InvariantCulture),
                allowed,
                Plan(kinds),
                ending.Token);
        }
        else if (args is ["consume", var from, var at, var handled, var plants, var faults])
        {
            await Consumer.RunAsync(from, at, handled, bool.Parse(plants), Plan(faults), ending.Token);
        }
        else
        {
            throw new ArgumentException($"'{string.Join(' ', args)}' is not what this program starts itself with.", nameof(args));
        }
        // What waits on the input is the process's own, and ends with it.
        return watching.IsFaulted ? 1 : 0;
    }

    private static PushPlan Plan(string kinds) => new(kinds.Split(',').ToHashSet(StringComparer.Ordinal));

    private static async Task EndWithInputAsync(CancellationTokenSource ending, Action<string> told)
    {
        await Task.Yield();
        while (await Console.In.ReadLineAsync() is { } line) told(line);
        await ending.CancelAsync();
    }
}
