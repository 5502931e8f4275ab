using Fan.Generated;

namespace Fan.Messaging;

/// <summary>The codecs of an application by media type. Safe from any thread.</summary>
internal sealed class PayloadCodecs(JsonCodec json, CompactCodec compact)
{
    public JsonCodec Json => json;

    public CompactCodec Compact => compact;

    /// <summary>The one that a call of the method crosses a wire in, between two sides that have its contract.</summary>
    public PayloadCodec For(ServiceMethod method) => compact.Carries(method) ? compact : json;

    /// <exception cref="BadMessageException">No codec reads the type.</exception>
    public PayloadCodec For(string? contentType)
    {
        if (ReferenceEquals(contentType, CompactCodec.MediaType)
            || string.Equals(contentType, CompactCodec.MediaType, StringComparison.Ordinal))
        {
            return compact;
        }

        if (contentType is null || ReferenceEquals(contentType, JsonCodec.MediaType) || IsJson(contentType)) return json;
        throw new BadMessageException(
            "content-type", $"Content type '{HeaderText.Shorten(contentType)}' is not understood; send {JsonCodec.MediaType}.");
    }

    private static bool IsJson(string contentType)
    {
        var type = contentType.AsSpan();
        if (type.IndexOf(';') is >= 0 and var parameters) type = type[..parameters].TrimEnd();
        return type.Equals(JsonCodec.MediaType, StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }
}
