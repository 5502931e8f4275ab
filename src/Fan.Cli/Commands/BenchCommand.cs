using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Load;
using Fan.Cli.Output;
using Fan.Context;

namespace Fan.Cli.Commands;

/// <summary><c>fan bench</c>: calls a method again and again, and tells how fast and how surely it answers.</summary>
internal sealed class BenchCommand : Verb
{
    private readonly CallLine _call;

    private readonly LoadSettings _load = new();

    public BenchCommand(GlobalOptions global)
        : base(
            "bench", "Calls a method again and again, and tells calls per second, errors, and how the times are spread.", global,
            "fan bench lightspeed.ping",
            "fan bench 'retail.store[42].public_wines.get' inventory_id=7 --callers 64 --duration 30s",
            "fan bench lightspeed.ping --rate 500 --via tcp      # 500 calls a second, whether it keeps up or not",
            "fan bench lightspeed.ping --json | jq .latency_ms")
    {
        _call = new CallLine(this, global);
        _load.AddTo(this);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var plan = _load.Read(parsed);
        return await _call.RunAsync(
            parsed,
            call => LoadAsync(call, plan, parsed.GetValue(Global.Json), cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> LoadAsync(PreparedCall call, LoadPlan plan, bool asJson, CancellationToken cancellationToken)
    {
        // What is wrong with the call as such is told at the first one, and not counted ten thousand times.
        var transport = await CallOnceAsync(call, cancellationToken).ConfigureAwait(false);
        var run = new LoadRun(plan, token => CallAsync(call, token), Global.Terminal.Clock);
        var running = run.RunAsync(cancellationToken);
        await new LoadDisplay(Global.Terminal, run, plan, asJson).FollowAsync(running).ConfigureAwait(false);
        var time = await running.ConfigureAwait(false);
        var report = LoadReport.Of(call.Path, transport, plan, run.Counts, time, cancellationToken.IsCancellationRequested);
        if (asJson) JsonPrinter.WriteReply(Global.Terminal, JsonSerializer.SerializeToElement(report, ToolJson.Default.LoadReport));
        else LoadPage.Write(Global.Terminal, report);
        return report.Failed > 0 ? ExitCode.Failed : report.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    // Which transport it took says its recording.
    private static async Task<string?> CallOnceAsync(PreparedCall call, CancellationToken cancellationToken)
    {
        using var trace = call.Session.Fan.StartTrace();
        await CallAsync(call, cancellationToken).ConfigureAwait(false);
        return trace.Spans.FirstOrDefault(span => span.Kind == CallSpanKind.Client)?.Transport;
    }

    private static async ValueTask CallAsync(PreparedCall call, CancellationToken cancellationToken)
    {
        if (call.Method.Kind != MethodKind.Stream)
        {
            await call.Session.Fan.CallAsync(call.Path, call.Arguments, call.Options, cancellationToken).ConfigureAwait(false);
            return;
        }

        await foreach (var _ in call.Session.Fan.StreamAsync(
            call.Path, call.Arguments, call.Options, cancellationToken).ConfigureAwait(false))
        {
            // A sequence has ended with its last item.
        }
    }
}
