using System.CommandLine;
using System.Globalization;
using Fan.Cli.Arguments;
using Fan.Cli.Errors;

namespace Fan.Cli.Load;

/// <summary>The options of a load.</summary>
internal sealed class LoadSettings
{
    private const int DefaultCallers = 16;
    private const int MostCallers = 10_000;
    private const double HighestRate = 1_000_000;

    private static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DefaultWarmUp = TimeSpan.FromSeconds(1);

    private readonly Option<string?> _callers = new("--callers")
    {
        Description = $"How many calls may be under way at once. Default: {DefaultCallers}.",
        HelpName = "N"
    };

    private readonly Option<string?> _duration = new("--duration")
    {
        Description = "How long calls are made: 500ms, 10s, 2m. Default: 10s.",
        HelpName = "TIME"
    };

    private readonly Option<string?> _warmUp = new("--warmup")
    {
        Description = "How long calls are made before, which don't count; 0s for none. Default: 1s.",
        HelpName = "TIME"
    };

    private readonly Option<string?> _rate = new("--rate")
    {
        Description = "Calls begun in a second, over all callers. Default: each caller calls again as soon as it has its reply.",
        HelpName = "R"
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_callers, _duration, _warmUp, _rate]) command.Add(option);
    }

    /// <exception cref="UsageException">One of them is not valid.</exception>
    public LoadPlan Read(ParseResult parsed) => new(
        parsed.GetValue(_callers) is { } callers ? Callers(callers) : DefaultCallers,
        parsed.GetValue(_duration) is { } duration ? TimeText.Parse("--duration", duration) : DefaultDuration,
        parsed.GetValue(_warmUp) is { } warmUp ? warmUp is "0" or "0s" ? TimeSpan.Zero : TimeText.Parse("--warmup", warmUp) : DefaultWarmUp,
        parsed.GetValue(_rate) is { } rate ? Rate(rate) : null);

    private static int Callers(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var callers) && callers is >= 1 and <= MostCallers
            ? callers
            : throw new UsageException($"--callers must be a whole number from 1 to {MostCallers}; it is '{text}'.");

    private static double Rate(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= HighestRate
            ? rate
            : throw new UsageException(
                $"--rate must be a number of calls in a second, above 0 and at most {HighestRate:0}; it is '{text}'.");
}
