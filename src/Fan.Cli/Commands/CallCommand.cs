using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Output;
using Fan.Context;
using Fan.Discovery;

namespace Fan.Cli.Commands;

/// <summary><c>fan call</c>: calls a method and prints what it replies.</summary>
internal sealed class CallCommand : Verb
{
    private readonly CallLine _call;

    private readonly Option<bool> _trace = new("--trace")
    {
        Description = "Print the calls that this one caused, in every process, with their times."
    };

    public CallCommand(GlobalOptions global)
        : base(
            "call", "Calls a method and prints its reply as JSON, a sequence item by item.", global,
            "fan call lightspeed.ping",
            "fan call 'retail.store[42].public_wines.get' inventory_id=7 --version '^1' --timeout 2s",
            "fan call 'retail.store[42].public_wines.list' max_price=20 | jq .name",
            "fan call lightspeed.config_update setting='{\"key\": \"sync_every\", \"value\": \"5m\"}' -H user=ann",
            "fan call lightspeed.barcode_sync_clear store_id=42 --trace --via tcp",
            "echo '{\"inventory_id\": 7}' | fan call 'retail.store[42].public_wines.get' -")
    {
        _call = new CallLine(this, global);
        Add(_trace);
    }

    protected override Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => _call.RunAsync(parsed, async call =>
    {
        var (fan, method) = (call.Session.Fan, call.Method);
        using var trace = parsed.GetValue(_trace) ? fan.StartTrace() : null;
        try
        {
            if (method.Kind == MethodKind.Stream)
            {
                await PrintItemsAsync(fan.StreamAsync(call.Path, call.Arguments, call.Options, cancellationToken)).ConfigureAwait(false);
            }
            else
            {
                Print(method, await fan.CallAsync(call.Path, call.Arguments, call.Options, cancellationToken).ConfigureAwait(false));
            }
        }
        finally
        {
            if (trace is not null) await PrintAsync(trace, parsed.GetValue(Global.Json)).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }, cancellationToken);

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
        if (asJson)
        {
            JsonPrinter.WriteLine(output, JsonSerializer.SerializeToElement(TraceReport.Of(trace.Spans), ToolJson.Default.TraceReport));
        }
        else
        {
            TraceTree.Write(output, toError ? terminal.ErrorColours : terminal.OutColours, trace.Spans);
        }

        await output.FlushAsync().ConfigureAwait(false);
    }
}
