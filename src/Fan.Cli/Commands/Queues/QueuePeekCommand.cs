using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Queues;
using Spectre.Console;

namespace Fan.Cli.Commands.Queues;

/// <summary><c>fan queue peek</c>: the first messages that wait.</summary>
internal sealed class QueuePeekCommand : QueueMessagesVerb
{
    public QueuePeekCommand(GlobalOptions global)
        : base(
            "peek",
            "Shows the first messages that wait in a queue, without taking them.",
            global,
            "fan queue peek lightspeed",
            "fan queue peek lightspeed/journal -n 100 --json | jq '.[].arguments'")
    {
    }

    protected override async Task<IEnumerable<QueuedMessage>> ReadAsync(
        IQueueAdministration administration, QueueName queue, int most, CancellationToken cancellationToken) =>
        (await administration.PeekAsync(queue, most, cancellationToken).ConfigureAwait(false)).Select(QueuedMessage.Of);

    protected override string None(QueueName queue) => $"Nothing waits in '{queue}'.";

    protected override Table TableOf(IReadOnlyList<QueuedMessage> messages)
    {
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

        return table;
    }
}
