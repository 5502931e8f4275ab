using System.Buffers;
using System.Text.Json.Nodes;
using CsCheck;
using Fan.Generated;

namespace Fan.Generators.Tests.Compact;

[Service("form")]
public interface IForm
{
    ValueTask<bool?> SellAsync(int count, string name, CancellationToken ct = default);

    ValueTask<Sheet> SheetAsync(Sheet sheet, CancellationToken ct = default);
}

public sealed record Sheet(int Id, string? Name, double Price, List<int?> Counts, Dictionary<string, Sheet> Parts, Guid Key);

/// <summary>The bytes are those of docs/codec.md, and bytes that are not are refused with their place.</summary>
public sealed class CompactFormTests
{
    private const int MaxDepth = 32;

    private static readonly Sheet Sample = new(
        -7,
        "Rioja",
        1.5,
        [1, null, 300],
        new() { ["a"] = new(1, null, 0, [], [], Guid.Empty) },
        new Guid("00112233-4455-6677-8899-aabbccddeeff"));

    private static readonly ServiceContract Contract = GeneratedContracts.Of<IForm>();

    [Fact]
    public async Task The_example_of_the_documentation_is_what_is_written()
    {
        var channel = new Recorder(true);
        await GeneratedContracts.Of<IForm>().CreateClient(channel).SellAsync(3, "Rioja", TestContext.Current.CancellationToken);
        var documented = (await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "codec.md"),
            TestContext.Current.CancellationToken)).Replace(" ", "", StringComparison.Ordinal);
        Assert.Equal("0272DF1D9B06E6DE9BD30552696F6A61", Convert.ToHexString(channel.Arguments));
        Assert.Equal("0101", Convert.ToHexString(channel.Result));
        Assert.Contains("72DF1D9B06count", documented, StringComparison.Ordinal);
        Assert.Contains("E6DE9BD30552696F6A61name", documented, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_reader_of_the_documentation_finds_what_was_written()
    {
        var channel = new Recorder(Sample);
        await GeneratedContracts.Of<IForm>().CreateClient(channel).SheetAsync(Sample, TestContext.Current.CancellationToken);
        var expected = JsonNode.Parse("""
            {"id":-7,"name":"Rioja","price":"000000000000F83F","counts":[1,null,300],
             "parts":[["a",{"id":1,"name":null,"price":"0000000000000000","counts":[],"parts":[],
                            "key":"00000000000000000000000000000000"}]],
             "key":"00112233445566778899AABBCCDDEEFF"}
            """);
        string[] names = ["sheet", "id", "name", "price", "counts", "parts", "key"];
        Assert.True(
            JsonNode.DeepEquals(expected, new CompactDecoder(channel.Result, names).Result()),
            new CompactDecoder(channel.Result, names).Result()?.ToJsonString());
        Assert.True(JsonNode.DeepEquals(new JsonObject { ["sheet"] = expected }, new CompactDecoder(channel.Arguments, names).Arguments()));
    }

    [Fact]
    public void Whatever_arrives_ends_with_a_value_or_an_error_that_names_it()
    {
        var seed = Written();
        var changes = Gen.Select(Gen.Int[0, seed.Length - 1], Gen.Byte).Array[1, 4];
        Gen.Select(changes, Gen.Int[0, seed.Length], Gen.Byte.Array[0, 8]).Sample((bytes, cut, more) =>
        {
            var payload = seed.ToArray();
            foreach (var (at, value) in bytes) payload[at] = value;
            Read([.. payload[..cut], .. more]);
        });
        Gen.Byte.Array[0, 100].Sample(Read);

        static void Read(byte[] payload)
        {
            try
            {
                Sheet(payload);
            }
            catch (BadArgumentException error)
            {
                Assert.Contains("'sheet'", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Errors_say_where()
    {
        var seed = Written();
        // The text of the map's key has its length at that place.
        var key = Array.LastIndexOf(seed, (byte)'a') - 1;
        Assert.Equal("sheet.parts[key 0]", Changed(seed, key, 0x7f).Argument);
        Assert.Equal("sheet.id", Replaced(seed, "id", 2, 6).Argument);
        Assert.Equal(
            "Argument 'sheet.id' of 'sheet' must be a whole number; it is 16 bytes (byte 10).", Replaced(seed, "id", 2, 5).Message);
        var name = Array.IndexOf(seed, (byte)'R');
        Assert.Equal("Argument 'sheet.name' of 'sheet' is no UTF-8 (byte 15).", Changed(seed, name, 0xff).Message);
        Assert.Equal("", Assert.Throws<BadArgumentException>(() => Sheet([.. seed, 0])).Argument);
        Assert.Equal("sheet.key", Assert.Throws<BadArgumentException>(() => Sheet(seed[..^1])).Argument);
        Assert.Equal("sheet", Assert.Throws<BadArgumentException>(() => Sheet([0])).Argument);
        Assert.Equal("sheet", Assert.Throws<BadArgumentException>(() => Sheet([1, .. Tag("sheet", 0)])).Argument);
        Assert.Equal(
            "Argument 'sheet' of 'sheet' is given twice.",
            Assert.Throws<BadArgumentException>(() => Sheet([2, .. seed[1..], .. seed[1..]])).Message);
    }

    [Fact]
    public void Counts_are_not_believed_and_depth_is_bounded()
    {
        var many = Assert.Throws<BadArgumentException>(
            () => Sheet([1, .. Tag("sheet", 7), 1, .. Tag("counts", 8), 0xff, 0xff, 0xff, 0x7f, 2]));
        Assert.Equal("Argument 'sheet.counts' of 'sheet' announces 268435455 where 1 bytes are left (byte 10).", many.Message);
        Assert.Contains(
            "MaxDepth",
            Assert.Throws<BadArgumentException>(() => Sheet([
                1,
                .. Tag("sheet", 7),
                1,
                .. Tag("unknown", 8),
                .. Enumerable.Repeat(new byte[] { 1, 8 }, 100).SelectMany(b => b)
            ])).Message,
            StringComparison.Ordinal);
        var nested = Sample;
        for (var i = 0; i < 50; i++) nested = Sample with { Parts = new() { ["x"] = nested } };
        Assert.Equal(
            "MaxDepth",
            Assert.Throws<LimitExceededException>(() => GeneratedContracts.Of<IForm>().CreateClient(new Recorder(nested))
                .SheetAsync(nested).AsTask().GetAwaiter().GetResult()).Limit);
    }

    private static byte[] Tag(string name, uint kind) => BitConverter.GetBytes((CompactKind.TagOf(name) << 4) | kind);

    private static byte[] Written()
    {
        var channel = new Recorder(Sample);
        _ = GeneratedContracts.Of<IForm>().CreateClient(channel).SheetAsync(Sample).AsTask();
        return channel.Arguments;
    }

    private static void Sheet(byte[] payload)
    {
        var method = (IUnaryMethod)Contract.Methods.Single(method => method.Name == "sheet");
        method.ServeAsync(
            new Form(),
            new ReadOnlySequence<byte>(payload),
            new CompactTestCodec(MaxDepth),
            new ArrayBufferWriter<byte>(),
            default).AsTask().GetAwaiter().GetResult();
    }

    private static BadArgumentException Changed(byte[] seed, int at, byte value)
    {
        var payload = seed.ToArray();
        payload[at] = value;
        return Assert.Throws<BadArgumentException>(() => Sheet(payload));
    }

    private static BadArgumentException Replaced(byte[] seed, string name, uint kind, uint other)
    {
        var at = seed.AsSpan().IndexOf(Tag(name, kind));
        return Changed(seed, at, Tag(name, other)[0]);
    }

    private sealed class Form : IForm
    {
        public ValueTask<bool?> SellAsync(int count, string name, CancellationToken ct) => new(true);

        public ValueTask<Sheet> SheetAsync(Sheet sheet, CancellationToken ct) => new(Sample);
    }

    /// <summary>Keeps the bytes of the one call that it answers.</summary>
    private sealed class Recorder(object answer) : CallChannel
    {
        public byte[] Arguments { get; private set; } = [];

        public byte[] Result { get; private set; } = [];

        public override ValueTask<TResult> CallAsync<TArgs, TResult>(
            UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
        {
            var (arguments, result) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            CompactPayload.WriteArguments(arguments, method, args, MaxDepth);
            CompactPayload.WriteResult(result, method, (TResult)answer, MaxDepth);
            (Arguments, Result) = (arguments.WrittenSpan.ToArray(), result.WrittenSpan.ToArray());
            return new((TResult)answer);
        }

        public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
            StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
