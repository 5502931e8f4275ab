using Fan.Ipc.Wire;
using Fan.Messaging;

namespace Fan.Fuzz.Targets;

/// <summary>
/// The frames of the fast routes, with the bodies that either side reads. The first byte of an input says in what pieces the rest arrives.
/// </summary>
internal sealed class FramesTarget : FuzzTarget
{
    private const int MaxBody = 64 * 1024;

    private readonly FanLimits _limits = new();

    public override string Name => "frames";

    // The reader's buffers come from a pool, which now and then makes one.
    public override (long Fixed, long PerByte) MostBytes => (1 << 20, 512);

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            var conversation = new FrameBuffer();
            Greet(conversation);
            yield return [0, .. conversation.Written.Span];
            Intern(conversation, 0, "shop/sell");
            Request(conversation);
            Reply(conversation);
            Error(conversation);
            foreach (var type in (FrameType[])[FrameType.Credit, FrameType.Cancel, FrameType.Ping, FrameType.GoAway, FrameType.End])
            {
                var place = conversation.Begin(type, 1);
                for (var i = 0; i < 8; i++) conversation.Byte((byte)i);
                conversation.End(place);
            }

            yield return [1, .. conversation.Written.Span];
            yield return [255, .. conversation.Written.Span];
        }
    }

    public override string Run(byte[] input)
    {
        if (input.Length == 0) return "empty";
        var reader = new FrameReader(MaxBody);
        var names = new ReceivedNames<object>(16);
        var outcome = "";
        try
        {
            for (var at = 1; at < input.Length;)
            {
                var space = reader.Space();
                var count = Math.Min(Math.Min(input[0] + 1, input.Length - at), space.Length);
                input.AsSpan(at, count).CopyTo(space.Span);
                reader.Advance(count);
                at += count;
                while (reader.TryRead(out var frame))
                {
                    try
                    {
                        outcome = $"{frame.Type} {Read(ref frame, names)}";
                    }
                    finally
                    {
                        frame.Dispose();
                    }
                }
            }
        }
        catch (WireException error)
        {
            outcome = Shape(error.Message);
        }
        catch (FanException error) when (error is BadMessageException or LimitExceededException)
        {
            outcome = Shape(error.Message);
        }
        finally
        {
            reader.Release();
        }

        return outcome;
    }

    private string Read(ref Frame frame, ReceivedNames<object> names)
    {
        var body = new BodyReader(frame.Type, frame.Body);
        switch (frame.Type)
        {
            case FrameType.Hello: return Hello.Read(frame.Body).MaxVersion.ToString(System.Globalization.CultureInfo.InvariantCulture);
            case FrameType.Name: names.Add(frame.Body); return "";
            case FrameType.Error: return ErrorBody.Read(frame.Body, out _).ToException().GetType().Name;
            case FrameType.GoAway: body.UInt32(); return "";
            case FrameType.Credit: return body.Number() > uint.MaxValue ? "large" : "small";
            case FrameType.Request when frame.Skipped == 0:
                body.Byte();
                names.ReadText(ref body);
                body.Number();
                return Rest(ref frame, ref body, names);
            case FrameType.Reply when frame.Skipped == 0: return Rest(ref frame, ref body, names);
            default: return frame.Skipped > 0 ? "skipped" : "";
        }
    }

    private string Rest(ref Frame frame, ref BodyReader body, ReceivedNames<object> names)
    {
        var type = names.ReadText(ref body);
        var headers = new MessageHeaders();
        HeaderBlock.Read(ref body, names, headers, _limits);
        using var payload = frame.TakePayload(body.Position);
        return type.Length == 0 ? "json" : "typed";
    }

    private static void Greet(FrameBuffer output) =>
        new Hello { Application = "fuzz", MaxCalls = 10, MaxNames = 10, Window = 1000, SequenceWindow = 1000 }.Write(output);

    private static void Intern(FrameBuffer output, ulong number, string text)
    {
        var place = output.Begin(FrameType.Name, 0);
        output.Number(number);
        output.Text(text);
        output.End(place);
    }

    private static void Request(FrameBuffer output)
    {
        var place = output.Begin(FrameType.Request, 1);
        output.Byte(0);
        output.NameReference(0);
        output.Number(1_000_001);
        output.Text("");
        HeaderBlock.Write(
            output,
            new MessageHeaders { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Snapshot = 7, User = "ann" },
            0,
            "fuzz");
        output.Text("payload");
        output.End(place);
    }

    private static void Reply(FrameBuffer output)
    {
        var place = output.Begin(FrameType.Reply, 1);
        output.Text(MediaTypes.Compact);
        output.Byte(0);
        output.Text("payload");
        output.End(place);
    }

    private static void Error(FrameBuffer output)
    {
        var place = output.Begin(FrameType.Error, 1);
        ErrorBody.Write(output, new WireError
        {
            Code = ErrorCodes.BadArgument,
            Message = "no",
            Place = "wine",
            Available = ["1.0.0", "2.0.0"],
            RetryAfterMilliseconds = 5
        }, "spans");
        output.End(place);
    }
}
