using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Spectre.Console;

namespace Fan.Cli.Commands.Queues;

/// <summary><c>fan queue dead</c>: the oldest dead letters, and why they died.</summary>
internal sealed class QueueDeadCommand : QueueVerb
{
    private readonly Option<int> _most = Most();

    public QueueDeadCommand(GlobalOptions global)
        : base(
            "dead",
            "Shows the oldest dead letters of a queue, and why they died.",
            global,
            "fan queue dead lightspeed",
            "fan queue dead lightspeed/journal --json | jq '.[] | {id, reason, detail}'") =>
        Add(_most);

    protected override async Task<int> RunAsync(OpenedQueue queue, ParseResult parsed, CancellationToken cancellationToken)
    {
        var most = MostOf(parsed, _most);
        var found = await EachAsync(
            queue, administration => administration.PeekDeadAsync(queue.Name, most, cancellationToken)).ConfigureAwait(false);
        var messages = found.SelectMany(one => one).Select(QueuedMessage.Of).Take(most).ToList();
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(messages, ToolJson.Default.IReadOnlyListQueuedMessage));
            return ExitCode.Done;
        }

        var table = Tables.Create("ID", "METHOD", "KEY", "REASON", "ATTEMPTS", "DIED", "DETAIL");
        foreach (var one in messages)
        {
            table.AddRow(
                Tables.Cell(one.Id),
                Tables.Cell(one.Method),
                Tables.Cell(one.Key ?? "-"),
                Tables.Cell(one.Reason),
                Tables.Cell(one.Attempts.ToString()),
                Tables.Cell(AgeText.Moment(one.DiedAt!.Value)), Tables.Cell(SafeText.Line(one.Detail ?? "-", 100)));
        }

        if (messages.Count > 0) Tables.Write(terminal, table);
        else terminal.Error.WriteLine($"Nothing is dead in '{queue.Name}'.");
        return ExitCode.Done;
    }
}
