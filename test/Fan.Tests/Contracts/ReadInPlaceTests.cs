using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Fan.Generated;

namespace Fan.Tests.Contracts;

public sealed class ReadInPlaceTests
{
    private static readonly MethodDescription Ordering = new()
    {
        Name = "order",
        ClrName = "OrderAsync",
        Kind = MethodKind.Rpc,
        Fingerprint = "0123456789abcdef",
        ResultType = typeof(Unit),
        Parameters = [new("order", "order", typeof(Order), IsOptional: false, AllowsNull: false)],
    };

    [Theory]
    [InlineData(
        """{"id":1,"lines":[{"wine":"a","count":2},{"wine":"b","count":"3"}],"extra":{"a":[1,{"b":null}]},"label":""" +
        """{"$type":"plain","text":"x"},"by":{"k":"v"},"code":"<7>"}""")]
    [InlineData("""{"lines":[],"id":2}""")]
    [InlineData("""{}""")]
    public void What_is_read_and_where_the_reader_stands_is_as_the_serializer_has_it(string json)
    {
        var expected = JsonSerializer.Deserialize<Order>(json, JsonSerializerOptions.Web);
        var whole = Encoding.UTF8.GetBytes($"[{json},42]");
        for (var cut = 1; cut < whole.Length; cut += 7)
        {
            var reader = new Utf8JsonReader(Split(whole, cut));
            reader.Read();
            reader.Read();

            var order = JsonArguments.ReadValue<Order>(ref reader, JsonSerializerOptions.Web);

            Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(order));
            Assert.True(reader.Read());
            Assert.Equal(42, reader.GetInt32());
        }
    }

    [Theory]
    [InlineData("""{"lines":[{"wine":"a","count":2},{"wine":"b","count":"three"}]}""", "order.lines[1].count")]
    [InlineData("""{"id":{}}""", "order.id")]
    [InlineData("""{"code":"seven"}""", "order")]
    [InlineData("""[1]""", "order")]
    public void The_place_of_an_error_within_a_value_is_named(string json, string place)
    {
        var error = Assert.Throws<BadArgumentException>(() =>
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            reader.Read();
            JsonArguments.Read<Order>(ref reader, new OrderMethod(), 0, JsonSerializerOptions.Web);
        });

        Assert.Equal(place, error.Argument);
    }

    [Fact]
    public void A_converter_that_reads_too_little_is_found_out()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            Converters = { new Lazy() },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver()
        };

        Assert.Throws<JsonException>(() =>
        {
            var reader = new Utf8JsonReader("""{"id":1}"""u8);
            reader.Read();
            JsonArguments.ReadValue<Order>(ref reader, options);
        });
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes, int at)
    {
        var first = new Segment(bytes.AsMemory(0, at), 0);
        var last = first.Then(bytes.AsMemory(at));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    public sealed record Order(
        int Id,
        IReadOnlyList<Line> Lines,
        JsonElement? Extra,
        Label? Label,
        Dictionary<string, string>? By,
        [property: JsonConverter(typeof(CodeConverter))] int Code);

    public sealed record Line(string Wine, int Count);

    [JsonDerivedType(typeof(PlainLabel), "plain")]
    public abstract record Label;

    public sealed record PlainLabel(string Text) : Label;

    private sealed class CodeConverter : JsonConverter<int>
    {
        public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            int.Parse(reader.GetString()!.Trim('<', '>'));

        public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) =>
            writer.WriteStringValue($"<{value}>");
    }

    private sealed class Lazy : JsonConverter<Order>
    {
        public override Order? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => null;

        public override void Write(Utf8JsonWriter writer, Order value, JsonSerializerOptions options) => throw new NotSupportedException();
    }

    private readonly record struct OrderArgs;

    private sealed class OrderMethod() : UnaryMethod<OrderArgs, Unit>(Ordering)
    {
        public override void WriteArguments(Utf8JsonWriter writer, in OrderArgs args, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override OrderArgs ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override ValueTask<Unit> InvokeAsync(object service, OrderArgs args, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
