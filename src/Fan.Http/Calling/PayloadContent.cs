using System.Net;
using System.Net.Http.Headers;

namespace Fan.Http.Calling;

/// <summary>A request's body: bytes that somebody else owns, sent without a copy.</summary>
internal sealed class PayloadContent : HttpContent
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly ReadOnlyMemory<byte> _payload;

    public PayloadContent(ReadOnlyMemory<byte> payload, string contentType)
    {
        _payload = payload;
        if (contentType == Json.MediaType) Headers.ContentType = Json;
        else Headers.TryAddWithoutValidation("Content-Type", contentType);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _payload.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var writing = stream.WriteAsync(_payload, cancellationToken);
        return writing.IsCompletedSuccessfully ? Task.CompletedTask : writing.AsTask();
    }
}
