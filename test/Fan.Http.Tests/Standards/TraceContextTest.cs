using System.Diagnostics;
using System.Text;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests.Standards;

/// <summary>
/// The harness of W3C's own test suite of Trace Context (https://github.com/w3c/trace-context, folder test): it calls a service with
/// headers, and looks at those of the calls that the service makes.
/// </summary>
public abstract class TraceContextTest : HttpTest
{
    protected const string TraceId = "12345678901234567890123456789012";
    protected const string Parent = "00-12345678901234567890123456789012-1234567890123456-01";

    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == "Fan",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
    };

    private RawServer _harness = null!;
    private Uri _address = null!;

    public override async ValueTask InitializeAsync()
    {
        ActivitySource.AddActivityListener(_listener);
        _harness = StartRaw(RawServer.Reply("200 OK", """{"id": 1, "name": "n", "price": 1}"""));
        await RegisterAsync("cellar", ProblemTests.FanEndpoint(_harness.Port), "1.2.0");
        var service = await StartAsync("relays", fan => fan.AddService<Relay>());
        _address = await AddressAsync(service, "relay");
    }

    public override async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the service sends on when it is called with these headers.</summary>
    protected async Task<IReadOnlyList<Sent>> RequestAsync(int times, params (string Name, string Value)[] headers)
    {
        _harness.Requests.Clear();
        var text = new StringBuilder();
        foreach (var (name, value) in headers) text.Append(name).Append(": ").Append(value).Append("\r\n");
        Assert.Equal(204, (await RawClient.PostAsync(_address, "/relay/ask", $$"""{"times": {{times}}}""", text.ToString())).Status);
        Assert.Equal(times, _harness.Requests.Count);
        return [.. _harness.Requests.Select(Sent.Of)];
    }

    protected async Task<Sent> RequestAsync(params (string Name, string Value)[] headers) => Assert.Single(await RequestAsync(1, headers));

    /// <summary>A traceparent that is the trace.</summary>
    protected async Task InheritsAsync(string value, string name = "traceparent")
    {
        var sent = await RequestAsync((name, value));
        Assert.Equal(TraceId, sent.Trace);
        Assert.NotEqual("1234567890123456", sent.Span);
    }

    /// <summary>A traceparent that is none.</summary>
    protected async Task BeginsAnewAsync(string value, string name = "traceparent")
    {
        var sent = await RequestAsync((name, value), ("tracestate", "foo=1"));
        Assert.NotEqual(TraceId, sent.Trace);
        Assert.Empty(sent.State);
    }

    /// <summary>A request of the service: one valid traceparent, and the members of tracestate.</summary>
    protected sealed record Sent(string Trace, string Span, string Flags, string StateText, IReadOnlyDictionary<string, string> State)
    {
        internal static Sent Of(RawRequest request)
        {
            var parent = request["traceparent"]!;
            Assert.Matches("^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$", parent);
            var text = request["tracestate"] ?? "";
            var state = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = member.IndexOf('=', StringComparison.Ordinal);
                Assert.True(state.TryAdd(member[..equals], member[(equals + 1)..]), "a key comes twice: " + text);
            }

            return new Sent(parent.Substring(3, 32), parent.Substring(36, 16), parent[53..], text, state);
        }
    }
}

/// <summary>Calls back as often as it is asked to.</summary>
[Service("relay")]
public sealed class Relay(IFan fan)
{
    [Rpc]
    public async Task AskAsync(int times, CancellationToken ct)
    {
        for (var i = 0; i < times; i++) await fan.Get<ICellar>().GetAsync(1, ct);
    }
}
