using System.Buffers;
using System.Text;
using System.Text.Json.Serialization;
using Fan.Conformance.Transports;
using Fan.Messaging;

namespace Fan.Tests.Messaging;

/// <summary>Metadata that was generated at build time has the same meaning as reflection, whatever its own options say.</summary>
public sealed class GeneratedJsonTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Tuples_fields_and_what_is_no_number_are_carried(bool writesByReflection, bool readsByReflection)
    {
        var value = new Tupled
        {
            Nested = ((1, "one"), double.NaN),
            Wide = (1, 2, 3, 4, 5, 6, 7, "eight", (9, 10)),
            Points = { ["a"] = (1, -1) },
            Field = 5
        };
        var back = Codec(readsByReflection).ReadValue<Tupled>(
            new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Json(writesByReflection, value))));
        Assert.Equal((value.Nested, value.Wide, value.Points["a"], value.Field), (back.Nested, back.Wide, back.Points["a"], back.Field));
    }

    [Fact]
    public void The_parts_of_a_tuple_have_the_names_of_its_fields() =>
        Assert.Equal(
            """{"item1":1,"item2":2,"item3":3,"item4":4,"item5":5,"item6":6,"item7":7,"rest":{"item1":"eight","item2":""" +
            """{"item1":9,"item2":10}}}""",
            Json(true, (1, 2, 3, 4, 5, 6, 7, "eight", (9, 10))));

    private static string Json<T>(bool reflection, T value)
    {
        var json = new ArrayBufferWriter<byte>();
        Codec(reflection).WriteValue(json, value);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    private static JsonCodec Codec(bool reflection)
    {
        var limits = new FanLimits();
        return new JsonCodec(JsonDefaults.Create(reflection ? [] : [MirrorJson.Default], limits, null, reflection), limits);
    }
}

[JsonSerializable(typeof(Tupled))]
internal sealed partial class MirrorJson : JsonSerializerContext;
