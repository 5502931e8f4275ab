using System.Buffers;
using System.Text.Json;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Brokers;

/// <summary>The body of a reply in micro-fan's form: <c>context_headers</c>, <c>method</c>, <c>response</c>; where the call failed, our <c>error</c> stands in place of a response.</summary>
internal static class MicroFanReply
{
    public static byte[] Write(ContextHeaders? context, string method, ReadOnlySpan<byte> response)
    {
        var output = new ArrayBufferWriter<byte>(response.Length + 256);
        using var json = Begin(output, context, method);
        json.WritePropertyName("response");
        json.WriteRawValue(response, skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    // micro-fan itself sends no reply then, and its caller waits for ever; one that misses its response fails at least.
    public static byte[] WriteError(ContextHeaders? context, string method, WireError error)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using var json = Begin(output, context, method);
        json.WritePropertyName("error");
        json.WriteRawValue(ErrorJson.Write(error), skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The response in a reply.</summary>
    /// <exception cref="BadMessageException">It is no reply.</exception>
    /// <exception cref="FanException">What a Fan application reports.</exception>
    public static ReplyPayload Read(ReadOnlySpan<byte> body, OutgoingCall call)
    {
        if (body.Length > call.Limits.MaxPayloadBytes)
            throw new LimitExceededException(nameof(FanLimits.MaxPayloadBytes), $"The reply of {call.Endpoint} has more than {call.Limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = call.Limits.MaxDepth + 1 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw NoReply(call, "it is no JSON object", null);
            Range? response = null, failure = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isResponse = reader.ValueTextEquals("response"u8);
                var isError = reader.ValueTextEquals("error"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var value = start..(int)reader.BytesConsumed;
                if (isResponse) response = value;
                else if (isError) failure = value;
            }

            reader.Read();
            if (response is { } found) return Copy(body[found]);
            if (failure is { } error) throw ErrorJson.Read(body[error]);
            throw NoReply(call, "it has no 'response'", null);
        }
        catch (JsonException error)
        {
            throw NoReply(call, error.Message, error);
        }
    }

    /// <summary>The span of the call that a reply is for; null where it is no reply.</summary>
    public static ulong? SpanOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? ContextHeaders.Read(document.RootElement)?.Span : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Utf8JsonWriter Begin(IBufferWriter<byte> output, ContextHeaders? context, string method)
    {
        var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        if (context is { } known)
        {
            known.Write(json);
        }
        else
        {
            json.WriteStartObject(ContextHeaders.Member);
            json.WriteEndObject();
        }

        json.WriteString("method", method);
        return json;
    }

    private static ReplyPayload Copy(ReadOnlySpan<byte> json)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(json.Length);
        json.CopyTo(bytes);
        return new ReplyPayload(bytes, json.Length);
    }

    private static BadMessageException NoReply(OutgoingCall call, string why, Exception? inner) =>
        new("reply", $"The reply of {call.Endpoint} can't be read: {why.TrimEnd('.')}.", inner!);
}
