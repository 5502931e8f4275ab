using System.Buffers;
using System.Text;
using Fan.Messaging;
using Fan.Redis.Connections;
using Fan.Transports;
using StackExchange.Redis;

namespace Fan.Redis.Messages;

/// <summary>The fields of a message about a call; its headers stand among them under their own names.</summary>
internal static class MessageFields
{
    public const string Type = "type";
    public const string From = "from";
    public const string Number = "number";
    public const string Service = "service";
    public const string Method = "method";
    public const string ContentType = "content-type";
    public const string Payload = "payload";
    public const string Credit = "credit";

    /// <summary>The fields of a request.</summary>
    /// <exception cref="LimitExceededException">The headers are too large.</exception>
    public static List<RedisValue> Request(OutgoingCall call, string type)
    {
        var fields = new List<RedisValue>(32)
        {
            Type, type, Service, call.Service, Method, call.Method, ContentType, call.ContentType, Payload, Copy(call.Payload),
        };
        var own = fields.Count;
        call.Headers.CopyTo(fields, static (fields, name, value) => fields.AddRange([name, value]));
        var bytes = 0;
        for (var i = own; i < fields.Count; i++) bytes += Encoding.UTF8.GetByteCount((string)fields[i]!);
        if (bytes > call.Limits.MaxHeaderBytes)
            throw new LimitExceededException(nameof(FanLimits.MaxHeaderBytes), $"The headers have {bytes} bytes; at most {call.Limits.MaxHeaderBytes} are allowed ({nameof(FanLimits.MaxHeaderBytes)}).");
        return fields;
    }

    /// <summary>Reads headers.</summary>
    /// <exception cref="BadMessageException">One breaks its form.</exception>
    /// <exception cref="LimitExceededException">There are too many, or they are too large.</exception>
    public static void ReadHeaders(StreamItem item, MessageHeaders headers, FanLimits limits)
    {
        var count = item.Fields.Length / 2;
        if (count > limits.MaxHeaders) throw new LimitExceededException(nameof(FanLimits.MaxHeaders), $"The message has {count} fields; at most {limits.MaxHeaders} are allowed ({nameof(FanLimits.MaxHeaders)}).");
        var bytes = 0;
        for (var i = 0; i + 1 < item.Fields.Length; i += 2)
        {
            var name = (string)item.Fields[i]!;
            if (name is Payload or Type or From or Number or Service or Method or ContentType or Credit) continue;
            var value = (string)item.Fields[i + 1]!;
            bytes += name.Length + value.Length;
            if (bytes > limits.MaxHeaderBytes) throw new LimitExceededException(nameof(FanLimits.MaxHeaderBytes), $"The headers have more than {limits.MaxHeaderBytes} bytes ({nameof(FanLimits.MaxHeaderBytes)}).");
            headers.TrySet(name, value);
        }
    }

    /// <summary>The payload of a message.</summary>
    public static ReadOnlyMemory<byte> ReadPayload(StreamItem item) => item.Field(Payload);

    /// <summary>A payload that stays as it is while the client library has it; its owner uses the array again.</summary>
    public static RedisValue Copy(ReadOnlyMemory<byte> payload) => payload.ToArray();

    /// <summary>The payload of a reply in an array of the pool.</summary>
    /// <exception cref="LimitExceededException">It is larger than the caller takes.</exception>
    public static ReplyPayload ReadReply(StreamItem item, OutgoingCall call)
    {
        var payload = ReadPayload(item).Span;
        if (payload.Length > call.Limits.MaxPayloadBytes)
            throw new LimitExceededException(nameof(FanLimits.MaxPayloadBytes), $"The reply of {call.Endpoint} has more than {call.Limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
        var bytes = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(bytes);
        return new ReplyPayload(bytes, payload.Length) { ContentType = item.Field(ContentType) };
    }
}
