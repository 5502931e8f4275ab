using CsCheck;
using Fan.Ipc.Wire;
using Fan.Messaging;
using static Fan.Ipc.Tests.WireDecoder;

namespace Fan.Ipc.Tests;

/// <summary>Whatever arrives in whatever pieces.</summary>
public sealed class FrameReaderTests
{
    private const int MaxBody = 200_000;

    private static readonly Gen<(int Type, uint Stream, int Length)> Frames = Gen.Select(
        Gen.Int[3, 12], Gen.UInt, Gen.OneOf(Gen.Int[0, 300], Gen.Int[0, 60_000], Gen.Const(MaxBody + 1), Gen.Int[64 * 1024, MaxBody]))
        .Select(frame => (frame.Item1 is 3 or 4 or 6 || frame.Item3 <= 60_000 ? frame.Item1 : 3, frame.Item2, frame.Item3));

    [Fact]
    public void Frames_are_the_same_however_they_are_cut_into_reads() =>
        Gen.Select(Frames.Array[0, 12], Gen.Int[1, 100_000].Array[1, 20]).Sample(
            (frames, cuts) =>
            {
                var bytes = Hello();
                foreach (var (type, stream, length) in frames) bytes = [.. bytes, .. Frame(type, stream, Body(length))];
                var expected = frames.Select(frame => (frame.Type, frame.Stream, frame.Length > MaxBody ? -frame.Length : frame.Length))
                    .Prepend((1, 0u, Hello().Length - 9));
                Assert.Equal(expected, Read(bytes, cuts, checkBodies: true));
            },
            iter: 200);

    [Fact]
    public void Garbage_is_refused_and_never_breaks_the_reader() => Gen.Select(Gen.Byte.Array[0, 400], Gen.Bool).Sample(
        (garbage, greeted) =>
        {
            try
            {
                Read(greeted ? [.. Hello(), .. garbage] : garbage, [7]);
            }
            catch (WireException error)
            {
                Assert.NotEmpty(error.Message);
            }
        },
        iter: 20_000);

    [Fact]
    public void The_bodies_of_hellos_errors_and_headers_take_garbage_with_a_word() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 40]).Sample(
            (garbage, kept) =>
            {
                var hello = Hello()[9..];
                Try(() => Wire.Hello.Read([.. hello.Take(kept), .. garbage]));
                Try(() => ErrorBody.Read(garbage));
                Try(() =>
                {
                    var reader = new BodyReader(FrameType.Request, garbage);
                    HeaderBlock.Read(ref reader, new ReceivedNames<object>(10), new MessageHeaders(), new FanLimits());
                });
            },
            iter: 20_000);

    [Fact]
    public void An_error_arrives_as_it_was_sent() =>
        Gen.Select(Gen.String, Gen.String.Null(), Gen.String.Array[0, 5], Gen.Long[0, long.MaxValue].Nullable()).Sample(
            (message, place, available, time) =>
            {
                var error = new WireError
                {
                    Code = "code",
                    Message = Clean(message),
                    Place = place is null ? null : Clean(place),
                    Available = available.Length == 0 ? null : [.. available.Select(Clean)],
                    RetryAfterMilliseconds = time
                };
                var buffer = new FrameBuffer();
                ErrorBody.Write(buffer, error);
                Assert.Equivalent(error, ErrorBody.Read(buffer.Written.Span), strict: true);
            },
            iter: 500);

    // Lone surrogates are no text that UTF-8 could carry.
    private static string Clean(string text) => string.Concat(text.Where(c => !char.IsSurrogate(c)));

    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (error is WireException or LimitExceededException or BadMessageException)
        {
            Assert.NotEmpty(error.Message);
        }
    }

    private static byte[] Body(int length)
    {
        var body = new byte[length];
        for (var i = 0; i < length; i++) body[i] = (byte)(i * 31);
        return body;
    }

    // Type, stream and length of each frame, the length negative where the frame was skipped.
    private static List<(int Type, uint Stream, int Length)> Read(byte[] bytes, int[] cuts, bool checkBodies = false)
    {
        var reader = new FrameReader(MaxBody);
        var read = new List<(int Type, uint Stream, int Length)>();
        for (int at = 0, cut = 0; at < bytes.Length; cut++)
        {
            var space = reader.Space();
            Assert.True(space.Length is > 0 and <= 1 << 20);
            var count = Math.Min(Math.Min(space.Length, cuts[cut % cuts.Length]), bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(space.Span);
            reader.Advance(count);
            at += count;
            while (reader.TryRead(out var frame))
            {
                if (checkBodies && frame.Type != FrameType.Hello)
                {
                    for (var i = 0; i < frame.Body.Length; i += 997)
                    {
                        if (frame.Body[i] != (byte)(i * 31)) Assert.Fail("the body is another one");
                    }
                }

                read.Add(((int)frame.Type, frame.Stream, frame.Skipped > 0 ? -frame.Skipped : frame.Body.Length));
                frame.Dispose();
            }
        }

        reader.Release();
        return read;
    }
}
