using System.CommandLine;
using Fan.Cli.Errors;
using Fan.Cli.Sessions;
using Fan.Queues;

namespace Fan.Cli.Commands.Queues;

/// <summary>A verb about one queue.</summary>
internal abstract class QueueVerb : Verb
{
    private readonly Argument<string> _queue = new("QUEUE")
    {
        Description = "The service, and the group where it is not 'main': retail.store.public_wines/audit."
    };

    protected QueueVerb(string name, string description, GlobalOptions global, params string[] examples)
        : base(name, description, global, examples)
    {
        Add(_queue);
        _queue.CompletionSources.Add(_ => global.Suggestions.Services);
    }

    protected sealed override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var queue = await OpenedQueue.FindAsync(session, parsed.GetValue(_queue)!, cancellationToken).ConfigureAwait(false);
        return await RunAsync(queue, parsed, cancellationToken).ConfigureAwait(false);
    }

    protected abstract Task<int> RunAsync(OpenedQueue queue, ParseResult parsed, CancellationToken cancellationToken);

    /// <summary>Asks each of the queue's transports.</summary>
    protected static async Task<IReadOnlyList<T>> EachAsync<T>(OpenedQueue queue, Func<IQueueAdministration, Task<T>> ask)
    {
        var answers = new List<T>();
        try
        {
            foreach (var transport in queue.Transports) answers.Add(await ask(transport.Administration).ConfigureAwait(false));
        }
        catch (NotSupportedException error)
        {
            throw new UsageException(error.Message, error);
        }

        return answers;
    }

    protected static Option<int> Most() =>
        new("--most", "-n") { Description = "How many to show. Default: 20.", DefaultValueFactory = _ => 20, HelpName = "N" };

    protected static int MostOf(ParseResult parsed, Option<int> option) =>
        parsed.GetValue(option) is var most and >= 1 and <= 10_000
            ? most
            : throw new UsageException($"--most must be from 1 to 10000; it is {parsed.GetValue(option)}.");
}
