using System.Buffers;
using System.Text;
using Fan.Brokers;
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

    // What stands before the fields when a message is appended; the stream takes the first place.
    private const int Before = 3;

    // Made of what was read, so that no text has to be made of each name.
    private static readonly (byte[] Name, string Text)[] Usual =
        [.. ((string[])[HeaderNames.TimeToLive, HeaderNames.Caller, HeaderNames.Snapshot, HeaderNames.Draw, HeaderNames.VersionRange]).Select(name => (Encoding.ASCII.GetBytes(name), name))];

    /// <summary>A message of a type as the arguments of its command; more fields, names and values in turn, are added.</summary>
    public static List<object> New(string type, int fields = 6) => new(Before + (fields * 2)) { "", "NOMKSTREAM", "*", Type, type };

    /// <summary>The fields of a request.</summary>
    /// <exception cref="LimitExceededException">The headers are too large.</exception>
    public static List<object> Request(OutgoingCall call, string type)
    {
        var whole = CallTypes.Write(type, call.Service, call.Method);
        var fields = New(whole ?? type, 10);
        if (whole is null) Add(Add(fields, Service, call.Service), Method, call.Method);
        // JSON goes without saying.
        if (call.ContentType != MediaTypes.Json) Add(fields, ContentType, call.ContentType);
        Add(fields, Payload, call.Payload.ToArray());
        var own = fields.Count;
        call.Headers.CopyTo(fields, static (fields, name, value) => Add(fields, name, value));
        var bytes = 0;
        for (var i = own; i < fields.Count; i++) bytes += Encoding.UTF8.GetByteCount((string)fields[i]);
        if (bytes > call.Limits.MaxHeaderBytes)
            throw new LimitExceededException(nameof(FanLimits.MaxHeaderBytes), $"The headers have {bytes} bytes; at most {call.Limits.MaxHeaderBytes} are allowed ({nameof(FanLimits.MaxHeaderBytes)}).");
        return fields;
    }

    /// <summary>Adds a field.</summary>
    public static List<object> Add(List<object> message, string name, object value)
    {
        message.Add(name);
        message.Add(value);
        return message;
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
            var name = ((ReadOnlyMemory<byte>)(RedisValue)item.Fields[i]).Span;
            if (IsOwn(name)) continue;
            var value = (string)item.Fields[i + 1]!;
            bytes += name.Length + value.Length;
            if (bytes > limits.MaxHeaderBytes) throw new LimitExceededException(nameof(FanLimits.MaxHeaderBytes), $"The headers have more than {limits.MaxHeaderBytes} bytes ({nameof(FanLimits.MaxHeaderBytes)}).");
            headers.TrySet(Text(name), value);
        }
    }

    /// <summary>The payload of a message.</summary>
    public static ReadOnlyMemory<byte> ReadPayload(StreamItem item) => item.Field(Payload);

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

    private static bool IsOwn(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => name.SequenceEqual("type"u8) || name.SequenceEqual("from"u8),
        6 => name.SequenceEqual("number"u8) || name.SequenceEqual("method"u8) || name.SequenceEqual("credit"u8),
        7 => name.SequenceEqual("payload"u8) || name.SequenceEqual("service"u8),
        12 => name.SequenceEqual("content-type"u8),
        _ => false,
    };

    private static string Text(ReadOnlySpan<byte> name)
    {
        foreach (var (known, text) in Usual)
        {
            if (name.SequenceEqual(known)) return text;
        }

        return Encoding.UTF8.GetString(name);
    }
}
