using System.CommandLine;
using System.Text.Json;
using Fan.Calls;
using Fan.Cli.Arguments;
using Fan.Cli.Errors;
using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Diagnostics;
using Fan.Discovery;
using Fan.Routing;

namespace Fan.Cli.Commands;

/// <summary><c>fan call</c>: calls a method and prints what it replies.</summary>
internal sealed class CallCommand : Verb
{
    private readonly Argument<string> _method = new("METHOD") { Description = "Service and method, with shard keys in brackets: 'retail.store[42].public_wines.get'." };

    private readonly Argument<string[]> _arguments = new("ARGUMENT")
    {
        Description = "name=value: the value is JSON, or a text where it is none; name='\"7\"' is the text 7. "
            + "name=@FILE and name=- read a file or standard input; alone, @FILE or - is the object of all arguments.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _version = new("--version") { Description = "The versions that may answer, e.g. '^1.2'. Default: the highest release.", HelpName = "RANGE" };

    private readonly Option<string?> _timeout = new("--timeout") { Description = "The longest that the call may take: 500ms, 2s, 1m. Default: 30s; sequences have none.", HelpName = "TIME" };

    private readonly Option<string[]> _headers = new("--header", "-H") { Description = "What travels with the call: user=NAME is the user, anything else baggage. Repeatable.", HelpName = "NAME=VALUE" };

    private readonly Option<bool> _trace = new("--trace") { Description = "Print the calls that this one caused, in every process, with their times." };

    public CallCommand(GlobalOptions global)
        : base(
            "call", "Calls a method and prints its reply as JSON, a sequence item by item.", global,
            "fan call lightspeed.ping",
            "fan call 'retail.store[42].public_wines.get' inventory_id=7 --version '^1' --timeout 2s",
            "fan call 'retail.store[42].public_wines.list' max_price=20 | jq .name",
            "fan call lightspeed.config_update setting='{\"key\": \"sync_every\", \"value\": \"5m\"}' -H user=ann",
            "fan call lightspeed.barcode_sync_clear store_id=42 --trace",
            "echo '{\"inventory_id\": 7}' | fan call 'retail.store[42].public_wines.get' -")
    {
        Add(_method);
        Add(_arguments);
        Add(_version);
        Add(_timeout);
        Add(_headers);
        Add(_trace);
        // Once there is a method, what is typed is no other one.
        _method.CompletionSources.Add(context =>
            MethodIn(context.ParseResult) is { } given && given != context.WordToComplete ? [] : global.Suggestions.MethodsFor(context.WordToComplete));
        _arguments.CompletionSources.Add(context => global.Suggestions.ArgumentsOf(MethodIn(context.ParseResult)));
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var path = parsed.GetValue(_method)!;
        if (path.StartsWith('-')) throw CallArguments.UnknownOption(path);
        var target = CallPath.Parse(path);
        var options = new CallOptions
        {
            Version = parsed.GetValue(_version) is { } range ? VersionRange.Parse(range).Text : null,
            Timeout = parsed.GetValue(_timeout) is { } time ? TimeText.Parse("--timeout", time) : null,
        };
        var context = ContextHeaders.Parse(parsed.GetValue(_headers) ?? []);
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        var arguments = await CallArguments.ReadAsync(parsed.GetValue(_arguments) ?? [], Global.Terminal.In, cancellationToken).ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        EndpointMethod? method = null;
        try
        {
            method = await session.Fan.DescribeAsync(path, options, cancellationToken).ConfigureAwait(false);
            await RequireKeysAsync(session.Directory, target, cancellationToken).ConfigureAwait(false);
            using var scope = context.Use();
            using var trace = parsed.GetValue(_trace) ? session.Fan.StartTrace() : null;
            try
            {
                if (method.Kind == MethodKind.Stream) await PrintItemsAsync(session.Fan.StreamAsync(path, arguments.Json, options, cancellationToken)).ConfigureAwait(false);
                else Print(method, await session.Fan.CallAsync(path, arguments.Json, options, cancellationToken).ConfigureAwait(false));
            }
            finally
            {
                if (trace is not null) await PrintAsync(trace, parsed.GetValue(Global.Json)).ConfigureAwait(false);
            }
        }
        catch (BadArgumentException error)
        {
            Hints.Add(error, CallHints.For(error, target.Method, method, arguments));
            throw;
        }
        catch (NoSuchServiceException error)
        {
            await CallHints.AddNearestAsync(error, session.Directory, cancellationToken).ConfigureAwait(false);
            throw;
        }

        return ExitCode.Done;
    }

    // Of a line that may lack it.
    private string? MethodIn(ParseResult parsed) => parsed.GetResult(_method) is { Tokens: [var first, ..] } ? first.Value : null;

    // A service that is called without its keys would fail somewhere in its own code.
    internal static async Task RequireKeysAsync(IEndpointDirectory directory, CallPath target, CancellationToken cancellationToken)
    {
        var endpoints = await directory.FindAsync(target.Service.Canonical, cancellationToken).ConfigureAwait(false);
        if (ServiceSummary.TemplateOf(endpoints) is not { } template) return;
        var (needed, given) = (ServiceName.Parse(template).ShardKeys, target.Service.ShardKeys.Count);
        if (needed.Count == given) return;
        throw new UsageException(
            $"Service '{template}' needs {needed.Count} shard key{(needed.Count == 1 ? "" : "s")} ({string.Join(", ", needed)}), and '{target.Service.Template}' gives {given}: "
            + "write the values in the brackets, in quotes for the shell.");
    }

    private void Print(EndpointMethod method, JsonElement reply)
    {
        // A method of which is published that it has no result has none to print.
        var hasNone = reply.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined && method is { Result: null, Fingerprint: not null };
        if (hasNone) return;
        JsonPrinter.WriteReply(Global.Terminal, reply);
    }

    private async Task PrintItemsAsync(IAsyncEnumerable<JsonElement> items)
    {
        await foreach (var item in items.ConfigureAwait(false))
        {
            JsonPrinter.WriteItem(Global.Terminal, item);
            await Global.Terminal.FlushAsync().ConfigureAwait(false);
        }
    }

    private async Task PrintAsync(CallTrace trace, bool asJson)
    {
        var terminal = Global.Terminal;
        await terminal.FlushAsync().ConfigureAwait(false);
        // Standard output is for the reply where a program reads it.
        var toError = asJson || !terminal.OutIsTerminal;
        var output = toError ? terminal.Error : terminal.Out;
        if (asJson) JsonPrinter.WriteLine(output, JsonSerializer.SerializeToElement(TraceReport.Of(trace.Spans), ToolJson.Default.TraceReport));
        else TraceTree.Write(output, toError ? terminal.ErrorColours : terminal.OutColours, trace.Spans);
        await output.FlushAsync().ConfigureAwait(false);
    }
}
