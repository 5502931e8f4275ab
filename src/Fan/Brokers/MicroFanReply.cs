using System.Buffers;
using System.Text.Json;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Brokers;

/// <summary>
/// The body of a reply in micro-fan's form: <c>context_headers</c>, <c>method</c>, <c>response</c>; where the call failed, our <c>error</c>
/// stands in place of a response.
/// </summary>
internal static class MicroFanReply
{
    private const string ResponseName = "response";
    private const string ErrorName = "error";

    public static byte[] Write(MicroFanForm form, ContextHeaders? context, string method, ReadOnlySpan<byte> response) =>
        Write(form, context, method, ResponseName, response);

    // micro-fan itself sends no reply then, and its caller waits for ever; one that misses its response fails at least. Over Redis
    // it is the inner one that misses it: the outer one is read by the loop of all calls, which would end.
    public static byte[] WriteError(MicroFanForm form, ContextHeaders? context, string method, WireError error) =>
        Write(form, context, method, ErrorName, ErrorJson.Write(error));

    /// <summary>The response in a reply. Over Redis also one that is wrapped only once.</summary>
    /// <exception cref="BadMessageException">It is no reply.</exception>
    /// <exception cref="FanException">What a Fan application reports.</exception>
    public static ReplyPayload Read(MicroFanForm form, ReadOnlySpan<byte> body, OutgoingCall call)
    {
        if (body.Length > call.Limits.MaxPayloadBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxPayloadBytes),
                $"The reply of {call.Endpoint} has more than {call.Limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
        }

        try
        {
            var parts = Parts.Of(body, call.Limits.MaxDepth + (form == MicroFanForm.Redis ? 2 : 1))
                ?? throw NoReply(call, "it is no JSON object", null);
            if (form == MicroFanForm.Redis
                && parts.Response is { } within
                && Parts.Of(body[within], call.Limits.MaxDepth + 1) is { IsReply: true } inner)
            {
                parts = inner;
                body = body[within];
            }

            if (parts.Response is { } found) return Copy(body[found]);
            if (parts.Error is { } error) throw ErrorJson.Read(body[error]);
            throw NoReply(call, $"it has no '{ResponseName}'", null);
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
            // Its depth is the call's to judge.
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = int.MaxValue });
            return document.RootElement.ValueKind == JsonValueKind.Object ? ContextHeaders.Read(document.RootElement)?.Span : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Write(MicroFanForm form, ContextHeaders? context, string method, string name, ReadOnlySpan<byte> value)
    {
        var output = new ArrayBufferWriter<byte>(value.Length + 512);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        Begin(json, form, context, method);
        if (form == MicroFanForm.Redis)
        {
            json.WritePropertyName(ResponseName);
            Begin(json, form, context, method);
        }

        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
        json.WriteEndObject();
        if (form == MicroFanForm.Redis) json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void Begin(Utf8JsonWriter json, MicroFanForm form, ContextHeaders? context, string method)
    {
        json.WriteStartObject();
        if (context is { } known)
        {
            known.Write(json, form);
        }
        else
        {
            json.WriteStartObject(ContextHeaders.Member);
            json.WriteEndObject();
        }

        json.WriteString("method", method);
    }

    private static ReplyPayload Copy(ReadOnlySpan<byte> json)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(json.Length);
        json.CopyTo(bytes);
        return new ReplyPayload(bytes, json.Length);
    }

    private static BadMessageException NoReply(OutgoingCall call, string why, Exception? inner) =>
        new("reply", $"The reply of {call.Endpoint} can't be read: {why.TrimEnd('.')}.", inner!);

    /// <summary>Where the members of a reply stand in its body.</summary>
    private readonly record struct Parts(Range? Response, Range? Error, bool HasContext)
    {
        /// <summary>Whether it is a reply itself, and no value that a method gave back.</summary>
        public bool IsReply => HasContext && (Response ?? Error) is not null;

        /// <summary>Null where it is no object.</summary>
        public static Parts? Of(ReadOnlySpan<byte> body, int maxDepth)
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = maxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            var parts = default(Parts);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isResponse = reader.ValueTextEquals(ResponseName);
                var isError = reader.ValueTextEquals(ErrorName);
                var isContext = reader.ValueTextEquals(ContextHeaders.Member);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var value = start..(int)reader.BytesConsumed;
                if (isResponse) parts = parts with { Response = value };
                else if (isError) parts = parts with { Error = value };
                else if (isContext) parts = parts with { HasContext = true };
            }

            reader.Read();
            return parts;
        }
    }
}
