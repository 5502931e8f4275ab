using System.Buffers;
using System.Buffers.Binary;
using System.Reflection;
using Fan.Generated;
using Fan.Generators.Reading;
using Fan.Generators.Tests.Compact;

namespace Fan.Generators.Tests.Compiling;

/// <summary>Default values of every type that C# allows: who leaves an argument out gives the service the same bits on every way.</summary>
public sealed class DefaultValueTests
{
    private const string Types = """
        public enum Signed8 : sbyte { A = 1, Low = sbyte.MinValue } public enum Unsigned8 : byte { A = 1, High = byte.MaxValue }
        public enum Signed16 : short { A, Low = short.MinValue } public enum Unsigned16 : ushort { A, High = ushort.MaxValue }
        public enum Plain { A, B, Low = int.MinValue, @class = 7 } public enum Unsigned32 : uint { A, High = uint.MaxValue }
        public enum Signed64 : long { A, Low = long.MinValue } public enum Unsigned64 : ulong { A, High = ulong.MaxValue }
        [Flags] public enum Marks { None, A = 1, B = 2, C = 4 }
        public struct Pair { public int A { get; set; } public string? B { get; set; } }
        public record struct Point(int X, int Y);
        public static class Constants { public const int Most = 42; public const string Text = "a" + "b";
            public const decimal Price = 1.50m; public const double Nothing = 0.0 / 0.0; public const Plain One = Plain.B; }
        """;

    public static TheoryData<string> Parameters =>
    [
        "sbyte x = sbyte.MinValue", "sbyte x = sbyte.MaxValue", "byte x = byte.MaxValue", "short x = short.MinValue",
        "short x = short.MaxValue", "ushort x = ushort.MaxValue",
        "int x = int.MinValue", "int x = int.MaxValue", "int x = -1", "uint x = uint.MaxValue", "long x = long.MinValue",
        "long x = long.MaxValue", "ulong x = ulong.MaxValue", "int x = 'a'", "long x = 'a'", "double x = 3", "decimal x = 3",
        "float x = float.NaN", "float x = float.PositiveInfinity", "float x = float.NegativeInfinity", "float x = -0.0f",
        "float x = float.MinValue", "float x = float.MaxValue", "float x = float.Epsilon", "float x = 0.1f", "float x = 1e30f",
        "float x = 16777217",
        "double x = double.NaN", "double x = double.PositiveInfinity", "double x = double.NegativeInfinity", "double x = -0.0",
        "double x = double.MinValue", "double x = double.MaxValue", "double x = double.Epsilon", "double x = 0.1", "double x = 1e300",
        "double x = Constants.Nothing", "double x = 0.1 + 0.2", "double x = 0.1f", "float? x = float.NaN",
        "double? x = double.NegativeInfinity", "double? x = -0.0",
        "decimal x = decimal.MinValue", "decimal x = decimal.MaxValue", "decimal x = 1.10m", "decimal x = 0.00m", "decimal x = -0.0m",
        "decimal x = -0m", "decimal x = 0.0000000000000000000000000001m", "decimal x = 100.000m", "decimal? x = 1.50m",
        "decimal x = Constants.Price",
        "char x = 'a'", "char x = '\\0'", "char x = '\\''", "char x = '\\\\'", "char x = '\"'", "char x = '\\n'", "char x = '\\ud800'",
        "char x = '\\udfff'", "char x = '\\uffff'", "char x = '\\u2028'", "char x = char.MaxValue", "char? x = '\\0'",
        "string x = \"\"", "string x = \"a\\\"b\\\\c\"", "string x = \"a\\r\\n\\t\\0b\"", "string x = \"\\ud800\"",
        "string x = \"a\\udc00b\"", "string x = \"😀\"", "string x = \"\\u2028\\u0085\"", "string x = \"{0} {x} $ @ /* // \"",
        "string x = \"null\"",
        "string? x = null", "string x = null!", "string x = Constants.Text", "string x = nameof(List<int>)",
        "string x = \"\"\"a \"quoted\" text\"\"\"", "string x = $\"{nameof(Plain)}-x\"", "string? x = default",
        "bool x = true", "bool x = false", "bool? x = true", "bool? x = null", "int? x = 5", "int? x = null", "int? x = 0",
        "long? x = long.MinValue", "ulong? x = ulong.MaxValue", "byte? x = 255", "uint? x = default", "sbyte? x = -128", "short? x = -1",
        "Signed8 x = Signed8.Low", "Unsigned8 x = Unsigned8.High", "Signed16 x = Signed16.Low", "Unsigned16 x = Unsigned16.High",
        "Plain x = Plain.Low", "Plain x = Plain.@class", "Unsigned32 x = Unsigned32.High", "Signed64 x = Signed64.Low",
        "Unsigned64 x = Unsigned64.High",
        "Plain x = (Plain)99", "Plain x = (Plain)(-5)", "Signed64 x = (Signed64)(-1)", "Marks x = Marks.A | Marks.C", "Marks x = ~Marks.A",
        "Plain x = default", "Plain x = 0", "Plain? x = Plain.B", "Plain? x = (Plain)(-7)", "Plain? x = null",
        "Unsigned64? x = Unsigned64.High",
        "Signed8? x = Signed8.Low", "Plain x = Constants.One", "int x = Constants.Most", "int x = sizeof(long)",
        "int x = unchecked((int)0xffffffff)",
        "Guid x = default", "DateTime x = default", "DateTimeOffset x = default", "TimeSpan x = default", "DateOnly x = new()",
        "Pair x = default", "Pair x = new()", "Point x = default", "Point x = new Point()", "Point? x = null",
        "KeyValuePair<int, string> x = default",
        "int[]? x = null", "List<string>? x = default", "Dictionary<string, int>? x = null", "byte[]? x = null",
        "ReadOnlyMemory<byte> x = default", "Half x = default", "Int128 x = default", "Version? x = null", "Uri? x = null",
        "[Optional] int x", "[Optional] string? x", "[Optional] int? x", "[Optional] Point x", "[Optional] DateTime x",
        "[Optional] Plain x", "[Optional] Guid x",
        "[Optional, DefaultParameterValue(7)] int x", "[Optional, DefaultParameterValue(\"a\\\"b\")] string x",
        "[Optional, DefaultParameterValue(null)] string? x", "[Optional, DefaultParameterValue(true)] bool x",
        "[Optional, DefaultParameterValue(double.NaN)] double x",
        "[Optional, DefaultParameterValue('\\ud800')] char x", "[Optional, DefaultParameterValue(Plain.B)] Plain x",
        "[Optional, DefaultParameterValue(-128L)] long x",
        "[Optional, DateTimeConstant(638000000000000000)] DateTime x", "[Optional, DecimalConstant(1, 0x80, 0u, 0u, 11u)] decimal x",
        "[Optional, DecimalConstant(28, 0, uint.MaxValue, uint.MaxValue, uint.MaxValue)] decimal x",
    ];

    [Theory]
    [MemberData(nameof(Parameters))]
    public async Task What_is_left_out_of_a_call_is_its_default_to_the_bit(string parameter)
    {
        var (contract, assembly) = Compile(
            $"[Service(\"a\")] public interface IThing {{ ValueTask A({parameter}); " +
            $"}} public static class Local {{ public static ValueTask Call(IThing thing) => thing.A(); }}");
        var (service, recorder) = Recorder.Of(contract.ServiceType);
        await Local<ValueTask>(assembly, service);
        var expected = Assert.Single(recorder.Calls).Arguments[0];

        await Local<ValueTask>(assembly, ContractTrial.Proxy(contract, service));
        await Serve(contract, service, "{}"u8.ToArray(), null);
        if (contract.Methods[0].IsCompact)
        {
            await Local<ValueTask>(assembly, ContractTrial.Client(contract, new LoopbackChannel(service, new CompactTestCodec())));
            await Serve(contract, service, [0], new CompactTestCodec());
        }

        Assert.Equal(contract.Methods[0].IsCompact ? 5 : 3, recorder.Calls.Count);
        Assert.All(recorder.Calls, call => Assert.Null(Sameness.Difference(expected, call.Arguments[0])));
        Assert.True(contract.Methods[0].Description.Parameters[0].IsOptional);
    }

    /// <summary>
    /// The serializer takes -0 for the default of a decimal, and can't describe a record with an enum that is optional without a value.
    /// </summary>
    public static TheoryData<string> Members => [.. Parameters.Select(row => row.Data).Except(["decimal x = -0m", "[Optional] Plain x"])];

    [Theory]
    [MemberData(nameof(Members))]
    public async Task What_is_left_out_of_a_record_is_its_default_to_the_bit(string parameter)
    {
        if (parameter.StartsWith('[')) parameter = parameter.Replace("[Optional", "[param: Optional", StringComparison.Ordinal);
        var (contract, assembly) = Compile(
            $"[Service(\"a\")] public interface IThing {{ ValueTask A(Dto dto); }} public record Dto({parameter}); " +
            $"public static class Local {{ public static Dto Call(IThing thing) => new Dto(); }}");
        var expected = Local<object>(assembly, null);
        var (service, recorder) = Recorder.Of(contract.ServiceType);

        await Serve(contract, service, "{\"dto\":{}}"u8.ToArray(), null);
        if (contract.Methods[0].IsCompact) await Serve(contract, service, OfOneEmptyObject("dto"), new CompactTestCodec());

        Assert.Equal(contract.Methods[0].IsCompact ? 2 : 1, recorder.Calls.Count);
        Assert.All(recorder.Calls, call => Assert.Null(Sameness.Difference(expected, call.Arguments[0])));
    }

    [Fact]
    public void Scalars_in_a_record_are_compact_whatever_their_defaults() =>
        Assert.True(
            Compile(
                "[Service(\"a\")] public interface IThing { ValueTask A(Dto dto); } public record Dto(float X = float.NaN, " +
                "Plain Y = (Plain)(-5), decimal Z = -0.0m, char C = '\\ud800'); " +
                "public static class Local { }").Contract.Methods[0].IsCompact);

    private static (ServiceContract Contract, Assembly Assembly) Compile(string source)
    {
        var assembly = ContractCompilation.Of(
            "using System.Runtime.InteropServices; using System.Runtime.CompilerServices;\n" + source, Types).Load();
        return (Assert.Single(ContractCompilation.Contracts(assembly)), assembly);
    }

    private static T Local<T>(Assembly assembly, object? thing) => (T)assembly.GetType("Local")!.GetMethod("Call")!.Invoke(null, [thing])!;

    private static async Task Serve(ServiceContract contract, object service, byte[] payload, PayloadCodec? codec) =>
        await ((IUnaryMethod)contract.Methods[0]).ServeAsync(
            service,
            new ReadOnlySequence<byte>(payload),
            codec ?? LoopbackChannel.Json,
            new ArrayBufferWriter<byte>(),
            TestContext.Current.CancellationToken);

    // One argument of kind 7, which has no members; as docs/codec.md has it.
    private static byte[] OfOneEmptyObject(string name)
    {
        var payload = new byte[6];
        payload[0] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(1), (CompactWire.TagOf(name) << 4) | CompactWire.Object);
        return payload;
    }
}
