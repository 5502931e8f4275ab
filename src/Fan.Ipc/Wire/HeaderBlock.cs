using System.Globalization;
using Fan.Messaging;

namespace Fan.Ipc.Wire;

/// <summary>
/// The headers of a message: how many, then each as a number (or 0 and a name) and a text. The time left has a place of its own.
/// </summary>
internal static class HeaderBlock
{
    private const int Other = 0;
    private const int TraceParent = 1;
    private const int TraceState = 2;
    private const int Baggage = 3;
    private const int MessageId = 4;
    private const int VersionRange = 5;
    private const int Snapshot = 6;
    private const int ShardKeys = 7;
    private const int Caller = 8;
    private const int User = 9;
    private const int Spans = 10;
    private const int Key = 11;
    private const int Delay = 12;
    private const int Lifetime = 13;
    private const int Authorization = 14;
    private const int Draw = 15;
    private const int FencingToken = 16;
    private const int PassedProxies = 17;
    private const int PassedRanges = 18;

    /// <summary>Writes what is set; the caller only where it is not <paramref name="application"/>, whom the peer knows.</summary>
    public static void Write(FrameBuffer output, MessageHeaders headers, uint? versionRange, string application)
    {
        var caller = headers.Caller is { } name && !string.Equals(name, application, StringComparison.Ordinal) ? name : null;
        output.Byte(Count(headers, caller));
        Write(output, TraceParent, headers.TraceParent);
        Write(output, TraceState, headers.TraceState);
        Write(output, Baggage, headers.Baggage);
        Write(output, MessageId, headers.MessageId);
        if (versionRange is { } id)
        {
            output.Byte(VersionRange);
            output.NameReference(id);
        }
        else
        {
            Write(output, VersionRange, headers.VersionRange);
        }

        Write(output, Snapshot, headers.Snapshot?.ToString(CultureInfo.InvariantCulture));
        Write(output, ShardKeys, headers.ShardKeys);
        Write(output, Caller, caller);
        Write(output, User, headers.User);
        Write(output, Spans, headers.Spans);
        Write(output, Key, headers.Key);
        Write(output, Delay, Milliseconds(headers.Delay));
        Write(output, Lifetime, Milliseconds(headers.Lifetime));
        Write(output, Authorization, headers.Authorization);
        Write(output, Draw, headers.Draw == 0 ? null : headers.Draw.ToString("x", CultureInfo.InvariantCulture));
        Write(output, FencingToken, headers.FencingToken?.ToString(CultureInfo.InvariantCulture));
        Write(output, PassedProxies, headers.PassedProxies);
        Write(output, PassedRanges, headers.PassedRanges);
    }

    /// <summary>Reads a block into <paramref name="headers"/>.</summary>
    /// <exception cref="LimitExceededException">There are too many, or they are too large.</exception>
    /// <exception cref="BadMessageException">A value breaks its header's form.</exception>
    public static void Read<TMeaning>(ref BodyReader reader, ReceivedNames<TMeaning> names, MessageHeaders headers, FanLimits limits)
        where TMeaning : class
    {
        var count = reader.Number();
        if (count > 0) ReadCounted(ref reader, names, headers, limits, count);
    }

    /// <summary>As <see cref="Read"/>, after the count was read.</summary>
    public static void ReadCounted<TMeaning>(
        ref BodyReader reader, ReceivedNames<TMeaning> names, MessageHeaders headers, FanLimits limits, ulong count)
        where TMeaning : class
    {
        if (count > (ulong)limits.MaxHeaders)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxHeaders),
                $"The message has {count} headers; at most {limits.MaxHeaders} are taken ({nameof(FanLimits.MaxHeaders)}).");
        }

        var bytes = 0L;
        for (; count > 0; count--)
        {
            var number = reader.Number();
            var name = number == Other ? names.ReadText(ref reader) : null;
            var before = reader.Position;
            var value = names.ReadText(ref reader);
            bytes += Math.Max(reader.Position - before, value.Length) + (name?.Length ?? 0);
            if (bytes > limits.MaxHeaderBytes)
            {
                throw new LimitExceededException(
                    nameof(FanLimits.MaxHeaderBytes),
                    $"The headers of the message have more than {limits.MaxHeaderBytes} bytes ({nameof(FanLimits.MaxHeaderBytes)}).");
            }

            switch (number)
            {
                case Other: headers.TrySet(name!, value); break;
                case TraceParent: headers.TraceParent = value; break;
                case TraceState: headers.TraceState = value; break;
                case Baggage: headers.Baggage = value; break;
                case MessageId: headers.MessageId = value; break;
                case VersionRange: headers.VersionRange = value; break;
                case Snapshot: headers.TrySet(HeaderNames.Snapshot, value); break;
                case ShardKeys: headers.ShardKeys = value; break;
                case Caller: headers.Caller = value; break;
                case User: headers.User = value; break;
                case Spans: headers.Spans = value; break;
                case Key: headers.Key = value; break;
                case Delay: headers.TrySet(HeaderNames.Delay, value); break;
                case Lifetime: headers.TrySet(HeaderNames.Lifetime, value); break;
                case Authorization: headers.Authorization = value; break;
                case Draw: headers.TrySet(HeaderNames.Draw, value); break;
                case FencingToken: headers.TrySet(HeaderNames.FencingToken, value); break;
                case PassedProxies: headers.PassedProxies = value; break;
                case PassedRanges: headers.PassedRanges = value; break;
                // A newer peer's; what it means we can't know.
                default: break;
            }
        }
    }

    private static byte Count(MessageHeaders headers, string? caller)
    {
        var count = 0;
        if (headers.TraceParent is not null) count++;
        if (headers.TraceState is not null) count++;
        if (headers.Baggage is not null) count++;
        if (headers.MessageId is not null) count++;
        if (headers.VersionRange is not null) count++;
        if (headers.Snapshot is not null) count++;
        if (headers.ShardKeys is not null) count++;
        if (caller is not null) count++;
        if (headers.User is not null) count++;
        if (headers.Spans is not null) count++;
        if (headers.Key is not null) count++;
        if (headers.Delay is not null) count++;
        if (headers.Lifetime is not null) count++;
        if (headers.Authorization is not null) count++;
        if (headers.Draw != 0) count++;
        if (headers.FencingToken is not null) count++;
        if (headers.PassedProxies is not null) count++;
        if (headers.PassedRanges is not null) count++;
        return (byte)count;
    }

    private static string? Milliseconds(TimeSpan? time) =>
        time is { } set ? ((long)set.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) : null;

    private static void Write(FrameBuffer output, byte number, string? value)
    {
        if (value is null) return;
        output.Byte(number);
        output.Text(value);
    }
}
