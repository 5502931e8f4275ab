using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Fan.Diagnostics;

/// <summary>
/// The spans and metrics of one application, under the names of the OpenTelemetry conventions for RPC. Safe from any thread.
/// </summary>
internal sealed class FanTelemetry : IDisposable
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "Fan";

    public static readonly ActivitySource Source = new(Name);

    private readonly Meter? _owned;
    private readonly Histogram<double> _client;
    private readonly Histogram<double> _server;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _unreachable;
    private readonly Counter<long> _mirrored;

    public FanTelemetry(IMeterFactory? meters)
    {
        var meter = Meter = meters is null ? _owned = new Meter(Name) : meters.Create(Name);
        _client = meter.CreateHistogram<double>("rpc.client.call.duration", "s", "How long calls took, as their callers saw it.");
        _server = meter.CreateHistogram<double>("rpc.server.call.duration", "s", "How long calls took, as their services saw it.");
        _rejected = meter.CreateCounter<long>(
            "fan.messages.rejected", "{message}", "Messages, or parts of them, that were refused because they break a rule or a limit.");
        _unreachable = meter.CreateCounter<long>("fan.endpoint.failures", "{failure}", "Endpoints that could not be reached.");
        _mirrored = meter.CreateCounter<long>("fan.proxy.mirrored", "{call}", "Copies of calls that proxies sent, by what became of them.");
    }

    public Meter Meter { get; }

    /// <summary>Whether anybody would see a span or a duration.</summary>
    public bool HasListeners => Source.HasListeners() || _client.Enabled;

    /// <summary>Whether that is the instrument of this application's calls, as their callers see them.</summary>
    public bool IsOfCalls(Instrument instrument) => ReferenceEquals(instrument, _client);

    public void Rejected(string place, string reason) =>
        _rejected.Add(1, new KeyValuePair<string, object?>("fan.place", place), new KeyValuePair<string, object?>("error.type", reason));

    public void Unreachable(string service) => _unreachable.Add(1, new KeyValuePair<string, object?>("rpc.service", service));

    public void Mirrored(string service, string outcome) =>
        _mirrored.Add(
            1, new KeyValuePair<string, object?>("rpc.service", service), new KeyValuePair<string, object?>("fan.outcome", outcome));

    public CallMeasure StartCall(string service, string method, string fullName, ActivityKind kind) => new(
        kind == ActivityKind.Server ? _server : _client,
        Source.HasListeners() ? Source.StartActivity(fullName, kind) : null,
        service,
        method);

    public CallMeasure StartServerCall(string service, string method, string fullName, ActivityContext parent) =>
        new(_server, Source.HasListeners() ? Source.StartActivity(fullName, ActivityKind.Server, parent) : null, service, method);

    public void Dispose() => _owned?.Dispose();
}
