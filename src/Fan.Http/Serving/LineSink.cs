using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Fan.Generated;
using Fan.Http.Problems;
using Fan.Messaging;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Fan.Http.Serving;

/// <summary>
/// Writes the items of a reply as lines of JSON (NDJSON), or as one array for those who take nothing else. The service waits while the
/// reader is slower.
/// </summary>
internal sealed class LineSink : IItemSink, IDisposable
{
    private readonly IFeatureCollection _features;
    private readonly PayloadBuffer _item;
    private readonly PipeWriter _body;
    private readonly bool _asArray;

    public LineSink(IFeatureCollection features, int maxItemBytes, bool asArray)
    {
        _asArray = asArray;
        _features = features;
        _item = new PayloadBuffer(maxItemBytes);
        _body = features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
    }

    /// <summary>Whether the reply has begun, so that an error can only be its last line.</summary>
    public bool IsStarted { get; private set; }

    public IBufferWriter<byte> Output => _item;

    public async ValueTask ItemWrittenAsync(CancellationToken cancellationToken)
    {
        if (!IsStarted) Start();
        else if (_asArray) WriteSign((byte)',');
        WriteLine(_item.Written.Span);
        _item.Clear();
        await _body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a reply, also one that has no item; with the spans that were asked for.</summary>
    public async ValueTask EndAsync(string? spans)
    {
        if (IsStarted && spans is null && !_asArray) return;
        if (!IsStarted) Start();
        if (_asArray) WriteSign((byte)']');
        else if (spans is not null) WriteSpans(spans);
        await _features.GetRequiredFeature<IHttpResponseBodyFeature>().StartAsync().ConfigureAwait(false);
    }

    /// <summary>Ends a reply that has begun with an error.</summary>
    public async ValueTask FailAsync(WireError error, string? spans)
    {
        if (spans is not null) WriteSpans(spans);
        WriteLine(JsonSerializer.SerializeToUtf8Bytes(
            new StreamEnd { Error = Problem.From(error, ProblemStatus.For(error)) }, StreamJson.Readable.StreamEnd));
        await _body.FlushAsync().ConfigureAwait(false);
    }

    public void Dispose() => _item.Dispose();

    private void Start()
    {
        IsStarted = true;
        _features.GetRequiredFeature<IHttpResponseFeature>().Headers.ContentType = _asArray ? "application/json" : StreamEnd.MediaType;
        if (_asArray) WriteSign((byte)'[');
        // A reader may be slow on purpose; what waits for it is bounded by the connection's buffer.
        if (_features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
    }

    private void WriteSpans(string spans) =>
        WriteLine(JsonSerializer.SerializeToUtf8Bytes(new StreamSpans { Spans = spans }, StreamJson.Default.StreamSpans));

    private void WriteSign(byte sign)
    {
        _body.GetSpan(1)[0] = sign;
        _body.Advance(1);
    }

    private void WriteLine(ReadOnlySpan<byte> json)
    {
        var line = _body.GetSpan(json.Length + 1);
        json.CopyTo(line);
        line[json.Length] = (byte)'\n';
        _body.Advance(json.Length + 1);
    }
}
