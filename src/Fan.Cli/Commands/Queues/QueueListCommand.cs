using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Spectre.Console;

namespace Fan.Cli.Commands.Queues;

/// <summary><c>fan queue ls</c>: the queues that are registered, and how they are.</summary>
internal sealed class QueueListCommand : Verb
{
    private readonly Argument<string?> _pattern = new("PATTERN")
    {
        Description = "Part of the service's name, or a pattern for the whole name with * and ?.",
        Arity = ArgumentArity.ZeroOrOne
    };

    public QueueListCommand(GlobalOptions global)
        : base(
            "ls",
            "Lists the queues that are registered, with what is in them.",
            global,
            "fan queue ls",
            "fan queue ls 'retail.*'",
            "fan queue ls --json | jq '.[] | select(.dead > 0)'") =>
        Add(_pattern);

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var pattern = parsed.GetValue(_pattern);
        var summaries = new List<QueueSummary>();
        foreach (var queue in (await OpenedQueue.AllAsync(session, cancellationToken).ConfigureAwait(false)).Where(
            queue => NamePattern.Matches(pattern, queue.Name.Service)))
            summaries.AddRange(await QueueSummary.OfAsync(queue, cancellationToken).ConfigureAwait(false));
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(summaries, ToolJson.Default.IReadOnlyListQueueSummary));
        }
        else if (summaries.Count > 0)
        {
            Write(terminal, summaries);
        }

        await terminal.FlushAsync().ConfigureAwait(false);
        if (summaries.Count == 0)
        {
            terminal.Error.WriteLine(pattern is null
                ? $"No queue is registered in {SafeText.Line(session.Store.DisplayName)}."
                : $"No queue matches '{SafeText.Line(pattern)}'.");
        }

        foreach (var summary in summaries.Where(summary => summary.Problem is not null))
        {
            terminal.Error.WriteLine(SafeText.Line($"{summary.Queue}: {summary.Problem}"));
        }

        return ExitCode.Done;
    }

    private static void Write(Terminal terminal, List<QueueSummary> summaries)
    {
        var table = Tables.Create("QUEUE", "TRANSPORT", "WAITING", "SCHEDULED", "IN FLIGHT", "DEAD", "CONSUMERS", "OLDEST");
        foreach (var one in summaries)
        {
            table.AddRow(
                Tables.Cell(one.Queue),
                Tables.Cell(one.Transport),
                Number(one.Waiting),
                Number(one.Scheduled),
                Number(one.InFlight),
                Number(one.Dead),
                Number(one.Consumers),
                Tables.Cell(one.OldestMs is { } age ? AgeText.Of(TimeSpan.FromMilliseconds(age)) : "-"));
        }

        Tables.Write(terminal, table);

        static Spectre.Console.Rendering.IRenderable Number(long? number) =>
            Tables.Cell(number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-");
    }
}
