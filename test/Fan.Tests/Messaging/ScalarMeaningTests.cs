using System.Buffers;
using CsCheck;
using Fan.Conformance.Transports;
using Fan.Generated;

namespace Fan.Tests.Messaging;

/// <summary>A scalar has one meaning, whichever form carries it: that of JSON.</summary>
public sealed class ScalarMeaningTests
{
    private static readonly Gen<double> Wholes = Gen.OneOf(Gen.Double, OneOf(
        double.NaN,
        BitConverter.Int64BitsToDouble(0x7ff8_0000_0000_00ff),
        -double.NaN,
        double.PositiveInfinity,
        double.NegativeInfinity,
        -0.0,
        double.Epsilon,
        double.MaxValue));

    private static readonly Gen<float> Halves = Gen.OneOf(Gen.Float, OneOf(
        float.NaN,
        BitConverter.Int32BitsToSingle(0x7fc0_00ff),
        -float.NaN,
        float.PositiveInfinity,
        float.NegativeInfinity,
        -0.0f,
        float.Epsilon,
        float.MinValue));

    private static readonly Gen<decimal> Money = Gen.OneOf(Gen.Decimal, OneOf(
        1.10m,
        1.1m,
        0.0m,
        -0.0m,
        new decimal(0, 0, 0, true, 28),
        new decimal(0, 0, 0, true, 0),
        new decimal(1, 0, 0, true, 28),
        decimal.MinValue,
        decimal.MaxValue));

    private static readonly Gen<char> Letters = Gen.OneOf(Gen.Char, OneOf('\0', '\ud83d', '\ude00', '\udfff', '\ufffe', '\uffff'));

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[Letters, 0, 60], Gen.String[Letters, 100, 9000], OneOf("😀", "\ud83d", "a\ude00b", "\ude00\ud83d", ""));

    private static readonly Gen<DateTime> Moments = Gen.Select(
        Gen.OneOf(Gen.Long[0, DateTime.MaxValue.Ticks], OneOf(0, TimeSpan.TicksPerHour, DateTime.MaxValue.Ticks)),
        OneOf(DateTimeKind.Unspecified, DateTimeKind.Utc),
        (ticks, kind) => new DateTime(ticks, kind));

    private static readonly Gen<DateTime> LocalTimes = Gen.Long[
        TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay].Select(ticks => new DateTime(ticks, DateTimeKind.Local));

    private static readonly Gen<DateTimeOffset> Offsets = Gen.OneOf(
        Gen.Select(
            Gen.Long[TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay],
            Gen.Int[-840, 840],
            (ticks, minutes) => new DateTimeOffset(ticks, TimeSpan.FromMinutes(minutes))),
        OneOf(
            DateTimeOffset.MinValue,
            DateTimeOffset.MaxValue,
            new DateTimeOffset(TimeSpan.FromHours(14).Ticks, TimeSpan.FromHours(14)),
            new DateTimeOffset(0, TimeSpan.FromHours(-14)),
            new DateTimeOffset(DateTime.MaxValue.Ticks, TimeSpan.FromHours(14)),
            new DateTimeOffset(DateTime.MaxValue.Ticks - TimeSpan.FromHours(14).Ticks, TimeSpan.FromHours(-14))));

    private static readonly Gen<TimeSpan> Spans = Gen.OneOf(
        Gen.TimeSpan, OneOf(TimeSpan.MinValue, TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.FromTicks(-1)));

    private static readonly Gen<Uri> Links = OneOf(
        new Uri("https://example.org/a?b=1#c"),
        new Uri("HTTP://EXAMPLE.org:80/ü b"),
        new Uri("", UriKind.Relative),
        new Uri("../a%2fb", UriKind.Relative),
        new Uri("mailto:a@b.c"),
        new Uri("a\ud800", UriKind.Relative));

    private static readonly Gen<EveryScalar> Scalars =
        from a in Gen.Select(Gen.Bool, Gen.Byte, Gen.SByte, Gen.Short, Gen.UShort, Gen.Int, Gen.UInt, Gen.Long)
        from b in Gen.Select(Gen.ULong, Letters, Halves, Wholes, Money, Texts, Gen.Guid)
        from c in Gen.Select(
            Gen.OneOf(Moments, LocalTimes),
            Offsets,
            Gen.DateOnly,
            Gen.TimeOnly,
            Spans,
            OneOf(Grape.Saperavi, Grape.Kisi, (Grape)7),
            OneOf(Distance.Nowhere, Distance.Far),
            Links)
        from bytes in Gen.Byte.Array
        select new EveryScalar(
            a.Item1,
            a.Item2,
            a.Item3,
            a.Item4,
            a.Item5,
            a.Item6,
            a.Item7,
            a.Item8,
            b.Item1,
            b.Item2,
            b.Item3,
            b.Item4,
            b.Item5,
            b.Item6,
            b.Item7,
            c.Item1, c.Item2, c.Item3, c.Item4, c.Item5, c.Item6, c.Item7, c.Item8, bytes);

    private static readonly Gen<ScalarsWithin> Within =
        from a in Gen.Select(
            Gen.Dictionary(Texts, Wholes)[0, 4],
            Gen.Dictionary(Letters, Halves)[0, 4],
            Gen.Dictionary(Moments, Money)[0, 4],
            Wholes.List[0, 4],
            Halves.Array[0, 4])
        from b in Gen.Select(Texts.List[0, 4], Letters.List[0, 4], Wholes.Nullable(), Money.Nullable().Array[0, 4])
        select new ScalarsWithin(a.Item1, a.Item2, a.Item3, a.Item4, a.Item5, b.Item1, b.Item2, b.Item3, b.Item4);

    private readonly IMirror _json = CodecChannel.Mirror("json");

    private readonly IMirror _compact = CodecChannel.Mirror("compact");

    [Fact]
    public void Every_scalar_comes_out_of_the_compact_form_as_out_of_json() =>
        Scalars.Sample(
            value => AreOne((mirror, v) => mirror.ScalarsAsync(v), Wait(_json.ScalarsAsync(value)), Wait(_compact.ScalarsAsync(value))),
            iter: 1000);

    [Fact]
    public void So_do_keys_items_and_what_may_be_missing() =>
        Within.Sample(
            value => AreOne((mirror, v) => mirror.WithinAsync(v), Wait(_json.WithinAsync(value)), Wait(_compact.WithinAsync(value))),
            iter: 500);

    [Fact]
    public void What_both_can_carry_arrives_unchanged() => Scalars.Sample(
        value =>
        {
            var back = Wait(_json.ScalarsAsync(value));
            Assert.Equal(value.Whole, back.Whole);
            Assert.Equal(value.Half, back.Half);
            Assert.Equal(
                (double.IsNegative(value.Whole) && !double.IsNaN(value.Whole), value.Money, value.Money.Scale),
                (double.IsNegative(back.Whole) && !double.IsNaN(back.Whole), back.Money, back.Money.Scale));
            Assert.Equal(
                (value.At, value.At.Kind, value.Since, value.Since.Offset, value.Span, value.Id),
                (back.At, back.At.Kind, back.Since, back.Since.Offset, back.Span, back.Id));
        },
        iter: 500);

    [Theory]
    [InlineData("json")]
    [InlineData("compact")]
    public async Task Half_a_character_is_replaced_wherever_it_stands(string form)
    {
        var mirror = CodecChannel.Mirror(form);
        var token = TestContext.Current.CancellationToken;
        Assert.Equal("a\ufffdb\ufffd\ufffd😀", await mirror.TextAsync("a\ud83db\ude00\ud83d😀", token));
        Assert.Equal('\ufffd', await mirror.LetterAsync('\ud83d', token));
        var within = await mirror.WithinAsync(
            new(new() { ["\ud83d"] = 1 }, new() { ['\ude00'] = 2 }, [], [], [], ["\ude00"], ['\ud83d'], null, []), token);
        Assert.Equal(("\ufffd", '\ufffd', "\ufffd", '\ufffd'), (
            Assert.Single(within.Weights).Key,
            Assert.Single(within.Letters).Key,
            Assert.Single(within.Texts),
            Assert.Single(within.Chars)));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("compact")]
    public async Task What_is_no_number_is_carried_as_argument_member_item_and_result(string form)
    {
        var mirror = CodecChannel.Mirror(form);
        var token = TestContext.Current.CancellationToken;
        foreach (var value in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity])
        {
            Assert.Equal(value, await mirror.WholeAsync(value, token));
            Assert.Equal((float)value, await mirror.HalfAsync((float)value, token));
            var within = await mirror.WithinAsync(
                new(new() { ["a"] = value }, new() { ['a'] = (float)value }, [], [value, 1], [(float)value], [], [], value, []), token);
            Assert.Equal(
                (value, (float)value, value, (float)value, value),
                (within.Weights["a"], within.Letters['a'], within.Wholes[0], within.Halves[0], within.Maybe));
        }
    }

    // Its bytes tell values apart that are equal: zeros, scales, kinds of times.
    private static void AreOne<T>(Func<IMirror, T, ValueTask<T>> call, T json, T compact) =>
        Assert.Equal(Bytes(call, json), Bytes(call, compact));

    private static string Bytes<T>(Func<IMirror, T, ValueTask<T>> call, T value)
    {
        var recorder = new Recorder();
        Wait(call(CodecChannel.Mirror(recorder), value));
        return Convert.ToHexString(recorder.Bytes.WrittenSpan);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static T Wait<T>(ValueTask<T> pending) => pending.AsTask().GetAwaiter().GetResult();

    private sealed class Recorder : CallChannel
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new();

        public override ValueTask<TResult> CallAsync<TArgs, TResult>(
            UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
        {
            CompactPayload.WriteArguments(Bytes, method, args, 64);
            return default;
        }

        public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
            StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
