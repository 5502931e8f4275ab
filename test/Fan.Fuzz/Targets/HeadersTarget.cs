using System.Diagnostics;
using System.Text;
using Fan.Http.Serving;
using Fan.Messaging;
using Microsoft.AspNetCore.Http;

namespace Fan.Fuzz.Targets;

/// <summary>The headers of an HTTP request, and what is made of their values. An input is lines of <c>name: value</c>.</summary>
internal sealed class HeadersTarget : FuzzTarget
{
    private readonly FanLimits _limits = new();

    public override string Name => "headers";

    public override IEnumerable<byte[]> Seeds => ((string[])
    [
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\ntracestate: a=b,c=d\nbaggage: " +
        "user=ann,plan=a%20b;p=1\nfan-message-id: 7",
        "fan-version: ^1.2\nfan-snapshot: 42\nfan-ttl: 1500\nfan-shard: 7,a%2Cb\nfan-caller: shop\nfan-user: ann\nfan-spans: 1",
        "ot-tracer-traceid: 0af7651916cd43dd\not-tracer-spanid: b7ad6b7169203331\not-tracer-sampled: true\not-baggage-user: ann",
        "content-type: application/json; charset=utf-8\nfan-ttl: 1\nfan-ttl: 2",
    ]).Select(Encoding.Latin1.GetBytes);

    public override string Run(byte[] input)
    {
        var headers = new HeaderDictionary();
        foreach (var line in Encoding.Latin1.GetString(input).Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) headers.Append(line[..colon], line[(colon + 1)..].Trim());
        }

        try
        {
            var message = RequestHeaders.Read(headers, _limits);
            var traced = TraceParent.IsValid(message.TraceParent);
            // What is taken for well formed must be so for the runtime too.
            if (traced && !ActivityContext.TryParse(message.TraceParent, message.TraceState, out _)) return "not the runtime's";
            var carried = Baggage.TryParse(message.Baggage, out var members, out var problem);
            var keys = ShardKeyList.Parse(message.ShardKeys);
            return $"{traced} " +
                $"{(carried ? Math.Min(members.Count, 3).ToString(System.Globalization.CultureInfo.InvariantCulture) : Shape(problem!))} " +
                $"{keys.Count} {message.TimeToLive.HasValue} {message.Snapshot.HasValue} {message.User is null}";
        }
        catch (FanException error) when (error is BadMessageException or LimitExceededException)
        {
            return Shape(error.Message);
        }
    }
}
