using System.Buffers;
using System.Globalization;
using System.Text;
using Fan.Brokers;
using Fan.Messaging;
using Fan.Redis.Connections;
using Fan.Transports;
using StackExchange.Redis;

namespace Fan.Redis.Messages;

/// <summary>
/// A message about a call: its first field is named by its type and has its payload; those after it have names, headers their own.
/// </summary>
internal static class RedisFields
{
    public const string From = "from";
    public const string Number = "number";
    public const string Service = "service";
    public const string Method = "method";
    public const string ContentType = "content-type";
    public const string Credit = "credit";

    /// <summary>Of an item its number from 1, of an end how many there were.</summary>
    public const string Place = "place";

    // What stands before the fields when a message is appended; the stream takes the first place.
    private const int Before = 3;

    // The type and the payload of a message that was read.
    private const int First = 2;

    // What is read often, so that no text has to be made of it each time.
    private static readonly (byte[] Bytes, string Text)[] UsualTypes = Texts(
        MessageTypes.Reply, MessageTypes.Item, MessageTypes.End, MessageTypes.Error, MessageTypes.Credit, MessageTypes.Probe);

    private static readonly (byte[] Bytes, string Text)[] UsualNames = Texts(
        HeaderNames.TimeToLive, HeaderNames.Caller, HeaderNames.Snapshot, HeaderNames.Draw, HeaderNames.VersionRange);

    /// <summary>A message as the arguments of its command; more fields, names and values in turn, are added.</summary>
    public static List<object> New(string type, byte[]? payload, int fields = 3) =>
        new(Before + (fields * 2)) { "", "NOMKSTREAM", "*", type, payload ?? [] };

    /// <summary>The fields of a request.</summary>
    /// <exception cref="LimitExceededException">The headers are too large.</exception>
    public static List<object> Request(OutgoingCall call, string type)
    {
        var whole = CallTypes.Write(type, call.Service, call.Method);
        var fields = New(whole ?? type, call.Payload.ToArray(), 9);
        if (whole is null) Add(Add(fields, Service, call.Service), Method, call.Method);
        // JSON goes without saying.
        if (call.ContentType != MediaTypes.Json) Add(fields, ContentType, call.ContentType);
        var own = fields.Count;
        call.Headers.CopyTo(fields, static (fields, name, value) => Add(fields, name, value));
        var bytes = 0;
        for (var i = own; i < fields.Count; i++) bytes += Encoding.UTF8.GetByteCount((string)fields[i]);
        if (bytes > call.Limits.MaxHeaderBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxHeaderBytes),
                $"The headers have {bytes} bytes; at most {call.Limits.MaxHeaderBytes} are allowed ({nameof(FanLimits.MaxHeaderBytes)}).");
        }

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
        if (count > limits.MaxHeaders)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxHeaders),
                $"The message has {count} fields; at most {limits.MaxHeaders} are allowed ({nameof(FanLimits.MaxHeaders)}).");
        }

        var bytes = 0;
        for (var i = First; i + 1 < item.Fields.Length; i += 2)
        {
            var name = ((ReadOnlyMemory<byte>)(RedisValue)item.Fields[i]).Span;
            if (IsOwn(name)) continue;
            var value = (string)item.Fields[i + 1]!;
            bytes += name.Length + value.Length;
            if (bytes > limits.MaxHeaderBytes)
            {
                throw new LimitExceededException(
                    nameof(FanLimits.MaxHeaderBytes),
                    $"The headers have more than {limits.MaxHeaderBytes} bytes ({nameof(FanLimits.MaxHeaderBytes)}).");
            }

            headers.TrySet(Text(name, UsualNames), value);
        }
    }

    /// <summary>The type of a message.</summary>
    public static string ReadType(StreamItem item) =>
        item.Fields.Length < First ? "" : Text(((ReadOnlyMemory<byte>)(RedisValue)item.Fields[0]).Span, UsualTypes);

    /// <summary>The payload of a message.</summary>
    public static ReadOnlyMemory<byte> ReadPayload(StreamItem item) =>
        item.Fields.Length < First ? default : (ReadOnlyMemory<byte>)(RedisValue)item.Fields[1];

    /// <summary>Who sent a message: the id of a process and, about a call, a space and its number there.</summary>
    public static string WriteFrom(string id, ulong number) => string.Create(CultureInfo.InvariantCulture, $"{id} {number}");

    /// <summary>Reads who sent a message; false where that can be nobody.</summary>
    public static bool TryReadFrom(StreamItem item, out CallKey from)
    {
        from = default;
        var text = ((ReadOnlyMemory<byte>)item.Field(From)).Span;
        if (!RedisTopology.IsId(text[..Math.Min(text.Length, RedisTopology.IdLength)])) return false;
        if (text.Length > RedisTopology.IdLength && text[RedisTopology.IdLength] != ' ') return false;
        var number = text.Length > RedisTopology.IdLength ? text[(RedisTopology.IdLength + 1)..] : [];
        from = new CallKey(Encoding.ASCII.GetString(text[..RedisTopology.IdLength]), Encoding.ASCII.GetString(number));
        return true;
    }

    /// <summary>The number of the call that a reply is for; null where it has none.</summary>
    public static ulong? ReadNumber(StreamItem item) =>
        ulong.TryParse(((ReadOnlyMemory<byte>)item.Field(Number)).Span, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>The place of an item in its sequence; null where its sender does not count.</summary>
    public static long? ReadPlace(StreamItem item) =>
        long.TryParse(((ReadOnlyMemory<byte>)item.Field(Place)).Span, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? place
            : null;

    /// <summary>The payload of a reply in an array of the pool; it has the form of the request.</summary>
    /// <exception cref="LimitExceededException">It is larger than the caller takes.</exception>
    public static ReplyPayload ReadReply(StreamItem item, OutgoingCall call)
    {
        var payload = ReadPayload(item).Span;
        if (payload.Length > call.Limits.MaxPayloadBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxPayloadBytes),
                $"The reply of {call.Endpoint} has more than {call.Limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
        }

        var bytes = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(bytes);
        return new ReplyPayload(bytes, payload.Length) { ContentType = call.ContentType };
    }

    private static bool IsOwn(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => name.SequenceEqual("from"u8),
        6 => name.SequenceEqual("number"u8) || name.SequenceEqual("method"u8) || name.SequenceEqual("credit"u8),
        7 => name.SequenceEqual("service"u8),
        12 => name.SequenceEqual("content-type"u8),
        _ => false,
    };

    private static (byte[] Bytes, string Text)[] Texts(params string[] texts) =>
        [.. texts.Select(text => (Encoding.ASCII.GetBytes(text), text))];

    private static string Text(ReadOnlySpan<byte> bytes, (byte[] Bytes, string Text)[] usual)
    {
        foreach (var (known, text) in usual)
        {
            if (bytes.SequenceEqual(known)) return text;
        }

        return Encoding.UTF8.GetString(bytes);
    }
}
