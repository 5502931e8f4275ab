using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Fan.Queues;
using Spectre.Console;

namespace Fan.Cli.Commands.Queues;

/// <summary>A verb that shows messages of one queue.</summary>
internal abstract class QueueMessagesVerb : QueueVerb
{
    private readonly Option<int> _most = Most();

    protected QueueMessagesVerb(string name, string description, GlobalOptions global, params string[] examples)
        : base(name, description, global, examples) => Add(_most);

    protected sealed override async Task<int> RunAsync(OpenedQueue queue, ParseResult parsed, CancellationToken cancellationToken)
    {
        var most = MostOf(parsed, _most);
        var found = await EachAsync(
            queue, administration => ReadAsync(administration, queue.Name, most, cancellationToken)).ConfigureAwait(false);
        var messages = found.SelectMany(one => one).Take(most).ToList();
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(messages, ToolJson.Default.IReadOnlyListQueuedMessage));
            return ExitCode.Done;
        }

        if (messages.Count > 0) Tables.Write(terminal, TableOf(messages));
        else terminal.Error.WriteLine(None(queue.Name));
        return ExitCode.Done;
    }

    protected abstract Task<IEnumerable<QueuedMessage>> ReadAsync(
        IQueueAdministration administration, QueueName queue, int most, CancellationToken cancellationToken);

    protected abstract Table TableOf(IReadOnlyList<QueuedMessage> messages);

    /// <summary>What is said where there is none.</summary>
    protected abstract string None(QueueName queue);
}
