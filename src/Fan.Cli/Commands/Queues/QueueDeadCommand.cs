using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Queues;
using Spectre.Console;

namespace Fan.Cli.Commands.Queues;

/// <summary><c>fan queue dead</c>: the oldest dead letters, and why they died.</summary>
internal sealed class QueueDeadCommand : QueueMessagesVerb
{
    public QueueDeadCommand(GlobalOptions global)
        : base(
            "dead",
            "Shows the oldest dead letters of a queue, and why they died.",
            global,
            "fan queue dead lightspeed",
            "fan queue dead lightspeed/journal --json | jq '.[] | {id, reason, detail}'")
    {
    }

    protected override async Task<IEnumerable<QueuedMessage>> ReadAsync(
        IQueueAdministration administration, QueueName queue, int most, CancellationToken cancellationToken) =>
        (await administration.PeekDeadAsync(queue, most, cancellationToken).ConfigureAwait(false)).Select(QueuedMessage.Of);

    protected override string None(QueueName queue) => $"Nothing is dead in '{queue}'.";

    protected override Table TableOf(IReadOnlyList<QueuedMessage> messages)
    {
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

        return table;
    }
}
