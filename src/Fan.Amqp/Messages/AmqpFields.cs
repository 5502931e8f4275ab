using System.Globalization;
using System.Text;
using Fan.Messaging;
using RabbitMQ.Client;

namespace Fan.Amqp.Messages;

/// <summary>Headers of a message as AMQP carries them: properties where AMQP has one, a table for the rest.</summary>
internal static class AmqpFields
{
    public const string Service = "fan-service";
    public const string Method = "fan-method";
    public const string Credit = "fan-credit";

    // All of a message's properties must fit one frame, 128 KiB by default.
    private const int MaxBytes = 100_000;

    // A short text of AMQP, in bytes.
    private const int MaxShortText = 255;

    /// <summary>Writes headers into properties.</summary>
    /// <exception cref="LimitExceededException">They do not fit one frame.</exception>
    public static void Write(BasicProperties properties, MessageHeaders headers, FanLimits limits)
    {
        headers.CopyTo(properties, static (properties, name, value) =>
        {
            switch (name)
            {
                case HeaderNames.MessageId when IsShort(value): properties.MessageId = value; break;
                case HeaderNames.Caller when IsShort(value): properties.AppId = value; break;
                // Zero would be dropped before it arrives; the caller knows itself that its time is over.
                case HeaderNames.TimeToLive: properties.Expiration = value == "0" ? "1" : value; break;
                default: (properties.Headers ??= new Dictionary<string, object?>(8))[name] = value; break;
            }
        });
        if (properties.Headers is not { } table) return;
        var bytes = 0;
        foreach (var (name, value) in table) bytes += name.Length + Encoding.UTF8.GetByteCount((string)value!);
        var most = Math.Min(limits.MaxHeaderBytes, MaxBytes);
        if (bytes > most)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxHeaderBytes),
                $"The headers have {bytes} bytes; at most {most} are allowed ({nameof(FanLimits.MaxHeaderBytes)}).");
        }
    }

    /// <summary>Reads headers out of properties.</summary>
    /// <exception cref="BadMessageException">One breaks its form.</exception>
    /// <exception cref="LimitExceededException">There are too many.</exception>
    public static void Read(IReadOnlyBasicProperties properties, MessageHeaders headers, FanLimits limits)
    {
        if (properties.Headers is { } table)
        {
            if (table.Count > limits.MaxHeaders)
            {
                throw new LimitExceededException(
                    nameof(FanLimits.MaxHeaders),
                    $"The message has {table.Count} headers; at most {limits.MaxHeaders} are allowed ({nameof(FanLimits.MaxHeaders)}).");
            }

            var bytes = 0;
            foreach (var (name, value) in table)
            {
                if (Text(value) is not { } text) continue;
                bytes += name.Length + text.Length;
                if (bytes > limits.MaxHeaderBytes)
                {
                    throw new LimitExceededException(
                        nameof(FanLimits.MaxHeaderBytes),
                        $"The headers have more than {limits.MaxHeaderBytes} bytes ({nameof(FanLimits.MaxHeaderBytes)}).");
                }

                headers.TrySet(name, text);
            }
        }

        if (properties.IsMessageIdPresent()) headers.MessageId = properties.MessageId;
        if (properties.IsAppIdPresent()) headers.Caller = properties.AppId;
        if (properties.IsExpirationPresent()) headers.TrySet(HeaderNames.TimeToLive, properties.Expiration!);
    }

    /// <summary>One header as text; null where it is not there, or no text.</summary>
    public static string? Text(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } table && table.TryGetValue(name, out var value) ? Text(value) : null;

    /// <summary>The number that a call has at its caller.</summary>
    public static bool TryReadNumber(IReadOnlyBasicProperties properties, out ulong number)
    {
        number = 0;
        return properties.IsCorrelationIdPresent()
            && ulong.TryParse(properties.CorrelationId, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static string? Text(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        int or long or short or byte or sbyte or uint or ushort => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static bool IsShort(string value) => value.Length * 3 <= MaxShortText || Encoding.UTF8.GetByteCount(value) <= MaxShortText;
}
