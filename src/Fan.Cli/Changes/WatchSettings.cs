using System.CommandLine;
using System.Globalization;
using Fan.Cli.Arguments;
using Fan.Cli.Errors;

namespace Fan.Cli.Changes;

/// <summary>The options of a change that takes itself back.</summary>
internal sealed class WatchSettings
{
    private readonly Option<string?> _watch = new("--watch")
    {
        Description = "Watch the calls for so long after the change, and take it back where a limit is passed.",
        HelpName = "TIME"
    };

    private readonly Option<string?> _maxErrors = new("--max-errors")
    {
        Description = "The share of calls that may fail: 1%, or +1% above what it was before.",
        HelpName = "SHARE"
    };

    private readonly Option<string?> _maxP99 = new("--max-p99")
    {
        Description = "The time within which 99 of 100 calls must end: 200ms, or +50% above what it was before.",
        HelpName = "LIMIT"
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_watch, _maxErrors, _maxP99]) command.Add(option);
    }

    /// <returns>Null where nothing is to be watched.</returns>
    /// <exception cref="UsageException">One of them is not valid.</exception>
    public WatchRule? Read(ParseResult parsed)
    {
        var (watch, errors, p99) = (parsed.GetValue(_watch), parsed.GetValue(_maxErrors), parsed.GetValue(_maxP99));
        if (watch is null)
        {
            return errors is null && p99 is null ? null : throw new UsageException("--max-errors and --max-p99 need --watch TIME.");
        }

        if (errors is null && p99 is null) throw new UsageException("--watch needs --max-errors or --max-p99, or both.");
        var isGrowth = p99?.StartsWith('+') == true;
        return new WatchRule(
            TimeText.Parse("--watch", watch),
            errors is null ? null : Percent("--max-errors", errors, "1% or +1%") / 100, errors?.StartsWith('+') == true,
            p99 is null || isGrowth ? null : TimeText.Parse("--max-p99", p99),
            isGrowth ? Percent("--max-p99", p99!, "200ms or +50%") / 100 : null);
    }

    private static double Percent(string option, string text, string form) =>
        text.EndsWith('%')
            && double.TryParse(
                text.AsSpan().TrimStart('+')[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
            && percent is >= 0 and <= 10_000
            ? percent
            : throw new UsageException($"{option} must be {form}; it is '{text}'.");
}
