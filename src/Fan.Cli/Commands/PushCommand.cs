using System.CommandLine;
using System.Text.Json;
using Fan.Calls;
using Fan.Cli.Arguments;
using Fan.Cli.Errors;
using Fan.Cli.Output;

namespace Fan.Cli.Commands;

/// <summary><c>fan push</c>: pushes, and prints the id of the message when it is accepted.</summary>
internal sealed class PushCommand : Verb
{
    private readonly Argument<string> _method = new("METHOD")
    {
        Description = "Service and push, with shard keys in brackets: 'lightspeed.config_update'."
    };

    private readonly Argument<string[]> _arguments = new("ARGUMENT")
    {
        Description = "name=value, name=@FILE, name=-, or @FILE or - alone; as for 'fan call'.",
        Arity = ArgumentArity.ZeroOrMore
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = "Handled in order with other pushes of this key.",
        HelpName = "KEY"
    };

    private readonly Option<string?> _delay = new("--delay")
    {
        Description = "Kept back for that long: 30s, 5m, 2h, 7d.",
        HelpName = "TIME"
    };

    private readonly Option<string?> _ttl = new("--ttl") { Description = "Dead unless it is begun within this time.", HelpName = "TIME" };

    private readonly Option<string?> _id = new("--id")
    {
        Description = "The id of the message, to send the same one again. Default: a new one.",
        HelpName = "ID"
    };

    private readonly Option<string[]> _headers = new("--header", "-H")
    {
        Description = "What travels with the push: user=NAME is the user, anything else baggage. Repeatable.",
        HelpName = "NAME=VALUE"
    };

    public PushCommand(GlobalOptions global)
        : base(
            "push", "Pushes a message, and prints its id when a queue has accepted it.", global,
            "fan push lightspeed.config_update setting='{\"key\": \"sync_every\", \"value\": \"5m\"}'",
            "fan push lightspeed.config_update @setting.json --key sync_every --delay 5m -H user=ann")
    {
        Add(_method);
        Add(_arguments);
        Add(_key);
        Add(_delay);
        Add(_ttl);
        Add(_id);
        Add(_headers);
        _method.CompletionSources.Add(context => global.Suggestions.MethodsFor(context.WordToComplete, MethodKind.Push));
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var path = parsed.GetValue(_method)!;
        if (path.StartsWith('-')) throw UsageException.UnknownOption(path, "push");
        var target = CallPath.Parse(path);
        var options = new PushOptions
        {
            Key = parsed.GetValue(_key),
            Delay = parsed.GetValue(_delay) is { } delay ? TimeText.ParseLong("--delay", delay) : null,
            TimeToLive = parsed.GetValue(_ttl) is { } ttl ? TimeText.ParseLong("--ttl", ttl) : null,
            MessageId = parsed.GetValue(_id),
        };
        var context = HeaderArguments.Parse(parsed.GetValue(_headers) ?? []);
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        var arguments = await CallArguments.ReadAsync(
            parsed.GetValue(_arguments) ?? [], Global.Terminal.In, Name, cancellationToken).ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await CallLine.RequireKeysAsync(session.Directory, target, cancellationToken).ConfigureAwait(false);
            using var scope = context.Use();
            var id = await session.Fan.PushAsync(path, arguments.Json, options, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(Global.Json))
            {
                JsonPrinter.WriteReply(
                    Global.Terminal, JsonSerializer.SerializeToElement(new AcceptedPush(id), ToolJson.Default.AcceptedPush));
            }
            else
            {
                Global.Terminal.Out.WriteLine(SafeText.Line(id));
            }
        }
        catch (NoSuchServiceException error)
        {
            await CallHints.AddNearestAsync(error, session.Directory, cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message, error);
        }

        return ExitCode.Done;
    }
}

/// <summary>What was accepted.</summary>
internal sealed record AcceptedPush(string Id);
