using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Spectre.Console;

namespace Fan.Cli.Commands.Queues;

/// <summary><c>fan queue peek</c>: the first messages that wait.</summary>
internal sealed class QueuePeekCommand : QueueVerb
{
    private readonly Option<int> _most = Most();

    public QueuePeekCommand(GlobalOptions global)
        : base(
            "peek",
            "Shows the first messages that wait in a queue, without taking them.",
            global,
            "fan queue peek lightspeed",
            "fan queue peek lightspeed/journal -n 100 --json | jq '.[].arguments'") =>
        Add(_most);

    protected override async Task<int> RunAsync(OpenedQueue queue, ParseResult parsed, CancellationToken cancellationToken)
    {
        var most = MostOf(parsed, _most);
        var found = await EachAsync(
            queue, administration => administration.PeekAsync(queue.Name, most, cancellationToken)).ConfigureAwait(false);
        var messages = found.SelectMany(one => one).Select(QueuedMessage.Of).Take(most).ToList();
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(messages, ToolJson.Default.IReadOnlyListQueuedMessage));
            return ExitCode.Done;
        }

        var table = Tables.Create("ID", "METHOD", "KEY", "ATTEMPTS", "ACCEPTED", "ARGUMENTS", "LAST FAILURE");
        foreach (var one in messages)
        {
            table.AddRow(
                Tables.Cell(one.Id),
                Tables.Cell(one.Method),
                Tables.Cell(one.Key ?? "-"),
                Tables.Cell(one.Attempts.ToString()),
                Tables.Cell(AgeText.Moment(one.EnqueuedAt)),
                Tables.Cell(SafeText.Line(one.Arguments.GetRawText(), 60)), Tables.Cell(SafeText.Line(one.Detail ?? "-", 60)));
        }

        if (messages.Count > 0) Tables.Write(terminal, table);
        else terminal.Error.WriteLine($"Nothing waits in '{queue.Name}'.");
        return ExitCode.Done;
    }
}
