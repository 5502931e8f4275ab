using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fan.Meaning.Tests.Cases;

namespace Fan.Meaning.Tests.Values;

/// <summary>Values of the platform's types: those at which something usually breaks, and any others.</summary>
internal static class ScalarValues
{
    private static readonly DateTime[] Times =
    [
        DateTime.MinValue, DateTime.MaxValue, DateTime.UnixEpoch, new(2024, 2, 29, 23, 59, 59, DateTimeKind.Utc),
        new(2024, 2, 29, 23, 59, 59, DateTimeKind.Local), new(2024, 2, 29, 23, 59, 59, DateTimeKind.Unspecified),
        new DateTime(2024, 7, 1, 1, 2, 3, 456, DateTimeKind.Local).AddTicks(7891), new(2024, 3, 10, 2, 30, 0, DateTimeKind.Local),
        new(2024, 11, 3, 1, 30, 0, DateTimeKind.Local),
        DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc), DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Local),
        DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Local), new(1900, 1, 1, 0, 0, 0, DateTimeKind.Local),
    ];

    private static readonly string[] Texts =
    [
        "", "a", "plain text", "\"quoted\" \\ / \b\f\n\r\t", "\0", "ä€😀", "\ud800", "x\udc00y", "\udc00\ud800", "<script>&'+",
        "\u2028\u2029\ufeff", "null", "1", "NaN", " spaced ", "a\u0301", "\uffff", "é", "http://x",
        new('x', 42), new('x', 43), new('€', 43), new('y', 127), new('y', 128), new('ä', 5461), new('z', 5462),
    ];

    private static readonly double[] Doubles =
        [
            0,
            -0.0,
            1,
            -1,
            0.1,
            double.NaN,
            double.PositiveInfinity,
            double.NegativeInfinity,
            double.MaxValue,
            double.MinValue,
            double.Epsilon,
            1e21,
            123456789012345680,
            5e-324,
            BitConverter.Int64BitsToDouble(0x7ff0_0000_0000_0001)
        ];

    private static readonly decimal[] Decimals =
        [
            0m,
            0.0m,
            -0.0m,
            new(0, 0, 0, true, 5),
            1m,
            1.1m,
            1.10m,
            1.100m,
            -1.5m,
            decimal.MaxValue,
            decimal.MinValue,
            0.0000000000000000000000000001m,
            79228162514264337593543950335m,
            1.0000000000000000000000000000m
        ];

    private static readonly string[] Addresses =
    [
        "http://example.com/a?b=c#d", "/relative/path", "", "a b", "HTTP://EXAMPLE.com:80/%41", "http://exämple.com/ü", "mailto:x@y",
        "file:///tmp/x", "urn:isbn:1", "../x", "\ud800"
    ];

    private static readonly string[] Json =
    [
        "null", "true", "1", "1.0", "1e400", "\"x\"", "\"\\u00e4\"", "[]", "[1,null,{\"a\":1}]", "{}", "{\"a\":1,\"b\":[true]}", "-0",
        "0.10", "{ \"spaced\" : 1 }"
    ];

    /// <summary>A value, boxed; null where the type is none of these.</summary>
    public static object? Of(Type type, Draw draw) => type switch
    {
        _ when type == typeof(bool) => draw.Chance(50),
        _ when type == typeof(byte) => draw.Of<byte>(0, 1, 127, 128, 255, draw.Bytes(1)[0]),
        _ when type == typeof(sbyte) => draw.Of<sbyte>(0, 1, -1, 127, -128, (sbyte)draw.Bytes(1)[0]),
        _ when type == typeof(short) => draw.Of<short>(0, 1, -1, short.MaxValue, short.MinValue, (short)draw.Long()),
        _ when type == typeof(ushort) => draw.Of<ushort>(0, 1, ushort.MaxValue, (ushort)draw.Long()),
        _ when type == typeof(int) => draw.Of(0, 1, -1, 3, 7, int.MaxValue, int.MinValue, (int)draw.Long()),
        _ when type == typeof(uint) => draw.Of(0u, 1u, uint.MaxValue, (uint)draw.Long()),
        _ when type == typeof(long) => draw.Of(0L, 1L, -1L, long.MaxValue, long.MinValue, 9007199254740993L, draw.Long()),
        _ when type == typeof(ulong) => draw.Of(0UL, 1UL, ulong.MaxValue, (ulong)draw.Long()),
        _ when type == typeof(float) => draw.Of(
            0f,
            -0f,
            1.5f,
            0.1f,
            float.NaN,
            float.PositiveInfinity,
            float.NegativeInfinity,
            float.MaxValue,
            float.MinValue,
            float.Epsilon,
            16777217f,
            (float)draw.Double()),
        _ when type == typeof(double) => draw.Chance(80) ? draw.Of(Doubles) : draw.Double() * draw.Long(),
        _ when type == typeof(Half) => (Half)draw.Of(Doubles),
        _ when type == typeof(decimal) => draw.Chance(80) ? draw.Of(Decimals) : (decimal)draw.Long() / 1000m,
        _ when type == typeof(char) => draw.Of('a', '\0', '"', '€', '\ud800', '\udc00', '\uffff', '\'', (char)draw.Below(0x10000)),
        _ when type == typeof(string) => Text(draw),
        _ when type == typeof(Guid) => draw.Chance(30) ? Guid.Empty : new Guid(draw.Bytes(16)),
        _ when type == typeof(DateTime) => draw.Chance(70)
            ? draw.Of(Times)
            : new DateTime(
                draw.Long() & 0x2b00_0000_0000_0000 >> 1, draw.Of(DateTimeKind.Utc, DateTimeKind.Local, DateTimeKind.Unspecified)),
        _ when type == typeof(DateTimeOffset) => Moment(draw),
        _ when type == typeof(DateOnly) =>
            draw.Of(DateOnly.MinValue, DateOnly.MaxValue, new DateOnly(2024, 2, 29), DateOnly.FromDayNumber(draw.Below(3_000_000))),
        _ when type == typeof(TimeOnly) =>
            draw.Of(TimeOnly.MinValue, TimeOnly.MaxValue, new TimeOnly(12, 0), new TimeOnly(draw.Below(int.MaxValue))),
        _ when type == typeof(TimeSpan) => draw.Of(
            TimeSpan.Zero,
            TimeSpan.MinValue,
            TimeSpan.MaxValue,
            TimeSpan.FromDays(1.5),
            TimeSpan.FromTicks(-1),
            TimeSpan.FromTicks(draw.Long())),
        _ when type == typeof(Uri) => new Uri(draw.Of(Addresses), UriKind.RelativeOrAbsolute),
        _ when type == typeof(byte[]) => draw.Bytes(draw.Of(0, 1, 2, 3, 300)),
        _ when type == typeof(ReadOnlyMemory<byte>) => new ReadOnlyMemory<byte>(draw.Bytes(draw.Of(0, 1, 5))),
        _ when type == typeof(Memory<byte>) => new Memory<byte>(draw.Bytes(draw.Of(0, 1, 5))),
        _ => Rare(type, draw),
    };

    public static string Text(Draw draw) => draw.Chance(70)
        ? draw.Of(Texts)
        : new string([.. Enumerable.Range(0, draw.Below(12)).Select(_ => (char)draw.Of(draw.Between(32, 126), draw.Below(0x10000)))]);

    private static object? Rare(Type type, Draw draw) => type switch
    {
        _ when type == typeof(Int128) => draw.Of<Int128>(0, Int128.MaxValue, Int128.MinValue, draw.Long()),
        _ when type == typeof(UInt128) => draw.Of<UInt128>(0, UInt128.MaxValue, (UInt128)(ulong)draw.Long()),
        _ when type == typeof(BigInteger) => draw.Of(BigInteger.Zero, BigInteger.One, BigInteger.Pow(10, 40), -BigInteger.Pow(7, 30)),
        _ when type == typeof(Version) => draw.Of(new Version(1, 2), new Version(1, 2, 3), new Version(1, 2, 3, 4), new Version(0, 0)),
        _ when type == typeof(Rune) => draw.Of(new Rune('a'), new Rune(0x1f600)),
        _ when type == typeof(JsonElement) => draw.Chance(10) ? default(JsonElement) : JsonElement.Parse(draw.Of(Json)),
        _ when type == typeof(JsonDocument) => JsonDocument.Parse(draw.Of(Json)),
        _ when type == typeof(JsonNode) => JsonNode.Parse(draw.Of(Json)) ?? JsonValue.Create(5),
        _ when type == typeof(JsonObject) => draw.Of(new JsonObject(), new JsonObject { ["a"] = 1, ["b"] = null }),
        _ when type == typeof(JsonArray) => draw.Of(new JsonArray(), new JsonArray(1, null, "x")),
        _ when type == typeof(System.Net.IPAddress) => System.Net.IPAddress.Loopback,
        _ when type == typeof(System.Globalization.CultureInfo) => System.Globalization.CultureInfo.InvariantCulture,
        _ when type == typeof(System.Collections.BitArray) => new System.Collections.BitArray(draw.Bytes(2)),
        _ when type == typeof(Complex) => new Complex(draw.Of(Doubles), 1),
        _ when type == typeof(FileContent) => new FileContent(Text(draw), draw.Bytes(draw.Below(4)), draw.Of("text/plain", "")),
        _ when type == typeof(nint) => (nint)draw.Below(9),
        _ when type == typeof(Type) => typeof(int),
        _ when type == typeof(Stream) => new MemoryStream([1, 2]),
        _ when type == typeof(Exception) => new InvalidOperationException("x"),
        _ when type == typeof(Action) => (Action)(() => { }),
        _ when type == typeof(Func<int>) => (Func<int>)(() => 1),
        _ when type == typeof(Lazy<int>) => new Lazy<int>(4),
        _ when type == typeof(Task) => Task.CompletedTask,
        _ when type == typeof(int[,]) => new[,] { { 1, 2 }, { 3, 4 } },
        _ when type == typeof(System.Collections.IEnumerable) => draw.Of<object>(new List<int> { 1 }, "text"),
        _ when type == typeof(object) => draw.Of<object>(1, "x", true, 1.5, new object()),
        _ when type == typeof(Index) => new Index(draw.Below(9), draw.Chance(50)),
        _ => null,
    };

    private static DateTimeOffset Moment(Draw draw) => draw.Of(
        DateTimeOffset.MinValue,
        DateTimeOffset.MaxValue,
        DateTimeOffset.UnixEpoch,
        new DateTimeOffset(2024, 2, 29, 1, 2, 3, new TimeSpan(5, 30, 0)),
        new DateTimeOffset(2024, 2, 29, 1, 2, 3, new TimeSpan(-14, 0, 0)),
        new DateTimeOffset(1, 1, 1, 14, 0, 0, new TimeSpan(14, 0, 0)),
        new DateTimeOffset(draw.Below(int.MaxValue) * 1_000_000_000L, TimeSpan.FromMinutes(draw.Between(-840, 840))),
        new DateTimeOffset(1, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)));
}
