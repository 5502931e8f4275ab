using Fan.Messaging;

namespace Fan.Tests.Messaging;

/// <summary>
/// The cases of W3C's test suite of Baggage (https://github.com/w3c/baggage, folder test) under their names there, and what else its text
/// says.
/// </summary>
public sealed class BaggageTests
{
    private const string Awkward = "\t \"';=asdf!@#$%^&*()";
    private const string Encoded = "%09%20%22%27%3B%3Dasdf%21%40%23%24%25%5E%26%2A%28%29";

    [Fact]
    public void Ctor_default()
    {
        Assert.Null(Baggage.Format([]));
        Assert.Empty(Read(null));
        Assert.Empty(Read(""));
    }

    [Theory]
    [InlineData("SomeKey=SomeValue", "SomeKey=SomeValue")]
    [InlineData("SomeKey \t = \t SomeValue \t ", "SomeKey=SomeValue")]
    public void Parse_simple(string header, string sent) => Assert.Equal(("SomeValue", sent), (Read(header)["SomeKey"], PassedOn(header)));

    [Theory]
    [InlineData("SomeKey=SomeValue;SomeProp,SomeKey2=SomeValue2;ValueProp=PropVal")]
    [InlineData("SomeKey \t = \t SomeValue \t ; \t SomeProp \t , \t SomeKey2 \t = \t SomeValue2 \t ; \t ValueProp \t = \t PropVal")]
    public void Parse_multiple(string header)
    {
        Assert.Equal(("SomeValue", "SomeValue2"), (Read(header)["SomeKey"], Read(header)["SomeKey2"]));
        Assert.Equal("SomeKey=SomeValue;SomeProp,SomeKey2=SomeValue2;ValueProp=PropVal", PassedOn(header));
    }

    [Theory]
    [InlineData("SomeKey=SomeValue;SomePropKey=SomePropValue,SomeKey2=SomeValue2;SomePropKey2=SomePropValue2")]
    [InlineData(
        "SomeKey \t = \t SomeValue \t ; \t SomePropKey=SomePropValue \t , \t SomeKey2 \t = \t SomeValue2 \t ; " +
        "\t SomePropKey2 \t = \t SomePropValue2")]
    public void Parse_multiple_kv_property(string header) =>
        Assert.Equal("SomeKey=SomeValue;SomePropKey=SomePropValue,SomeKey2=SomeValue2;SomePropKey2=SomePropValue2", PassedOn(header));

    [Fact]
    public void Parse_multiple_equals() => Assert.Equal("SomeValue=equals", Read("SomeKey=SomeValue=equals")["SomeKey"]);

    [Theory]
    [InlineData("SomeKey=" + Encoded)]
    [InlineData("SomeKey \t = \t " + Encoded + " \t ")]
    public void Parse_percent_encoded(string header) =>
        Assert.Equal((Awkward, "SomeKey=" + Encoded), (Read(header)["SomeKey"], PassedOn(header)));

    [Theory]
    [InlineData("SomeKey=SomeValue;SomeProp", "SomeKey=SomeValue;SomeProp")]
    [InlineData("SomeKey \t = \t SomeValue \t ; \t SomeProp", "SomeKey=SomeValue;SomeProp")]
    public void Parse_property(string header, string sent) =>
        Assert.Equal(("SomeValue", sent), (Read(header)["SomeKey"], PassedOn(header)));

    [Theory]
    [InlineData("SomeKey=SomeValue;SomeProp;SecondProp=PropValue")]
    [InlineData("SomeKey \t = \t SomeValue \t ; \t SomeProp \t ; \t SecondProp \t = \t PropValue")]
    public void Parse_multi_property(string header) => Assert.Equal("SomeKey=SomeValue;SomeProp;SecondProp=PropValue", PassedOn(header));

    [Fact]
    public void Parse_multiple_properties_same_name() => Assert.Equal(
        "SomeKey=SomeValue;SomeProp;SomeProp=PropValue;SomeProp=AnotherPropValue",
        PassedOn("SomeKey=SomeValue;SomeProp;SomeProp=PropValue;SomeProp=AnotherPropValue"));

    [Theory]
    [InlineData("SomeKey=SomeValue;SomePropKey=SomePropValue")]
    [InlineData("SomeKey \t = \t SomeValue \t ; \t SomePropKey \t = \t SomePropValue")]
    public void Parse_kv_property(string header) => Assert.Equal("SomeKey=SomeValue;SomePropKey=SomePropValue", PassedOn(header));

    [Fact]
    public void Parse_percent_encoded_property() =>
        Assert.Equal($"SomeKey=SomeValue;SomePropKey={Encoded}", PassedOn($"SomeKey=SomeValue;SomePropKey={Encoded}"));

    [Fact]
    public void Parse_property_without_value_no_percent_decoding() =>
        Assert.Equal(
            "SomeKey=SomeValue;ValueProp%20%09%20%3D%20%09%20PropVal", PassedOn("SomeKey=SomeValue;ValueProp%20%09%20%3D%20%09%20PropVal"));

    [Fact]
    public void Serialize_at_least_64()
    {
        var header = Baggage.Format(Enumerable.Range(0, 64).Select(i => new KeyValuePair<string, string?>("key" + i, "value")))!;
        Assert.Equal(64, header.Split(',').Length);
        Assert.Equal(64, Read(header).Count);
    }

    [Fact]
    public void Serialize_long_entry()
    {
        var value = string.Concat(Enumerable.Repeat("0123456789", 819));
        var header = Baggage.Format([new("a", value)])!;
        Assert.Equal(8192, header.Length);
        Assert.Equal(value, Read(header)["a"]);
    }

    [Fact]
    public void Serialize_many_entries()
    {
        var header = Baggage.Format(Enumerable.Range(0, 63)
            .Select(i => new KeyValuePair<string, string?>($"{i:000}", new string('x', 123)))
            .Append(new("063", new string('x', 124))))!;
        Assert.Equal(8192, header.Length);
        Assert.Equal(64, Read(header).Count);
        // One more byte does not fit, and no member is sent in part.
        Assert.Equal(
            63,
            Baggage.Format(Enumerable.Range(0, 63)
                .Select(i => new KeyValuePair<string, string?>($"{i:000}", new string('x', 123)))
                .Append(new("063", new string('x', 125))))!.Split(',').Length);
    }

    [Theory]
    [InlineData("a=1,b c=2,d=3")]
    [InlineData("a=1,,d=3")]
    [InlineData("a=1,=2,d=3")]
    [InlineData("a=1,novalue,d=3")]
    [InlineData("a=1,novalue;property=2,d=3")]
    [InlineData("a=1,\u00e9=2,d=3")]
    public void A_member_that_breaks_the_form_takes_no_other_with_it(string header)
    {
        Assert.False(Baggage.TryParse(header, out var members, out var error));
        Assert.StartsWith("Header 'baggage' has a member that is no name=value", error, StringComparison.Ordinal);
        Assert.Equal(["a=1", "d=3"], members.Select(member => $"{member.Key}={member.Value}"));
    }

    [Fact]
    public void What_is_beyond_the_limits_is_left_out_by_whole_members()
    {
        Assert.False(Baggage.TryParse(string.Join(',', Enumerable.Range(0, 70).Select(i => $"k{i}=v")), out var members, out var error));
        Assert.Equal((64, "Header 'baggage' has more than 64 members."), (members.Count, error));
        Assert.False(Baggage.TryParse($"a=1,b={new string('x', 8187)}", out members, out error));
        Assert.Equal(("a", "Header 'baggage' has 8193 characters; at most 8192 are allowed."), (Assert.Single(members.Keys), error));
    }

    [Theory]
    [InlineData("%FF", "\ufffd")]
    [InlineData("a%C3%A9b", "aéb")]
    [InlineData("a%C3b", "a\ufffdb")]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%F0%9F%8D%B7", "🍷")]
    public void What_is_no_utf_8_is_replaced(string value, string expected) => Assert.Equal(expected, Read("k=" + value)["k"]);

    [Fact]
    public void Properties_go_with_the_value_that_they_came_with()
    {
        var arrived = Assert.IsType<BaggageMembers>(Read("a=1;p,b=2;q=r,a=3"));
        Assert.Equal("a=3,b=2;q=r", PassedOn("a=1;p,b=2;q=r,a=3"));
        Assert.Equal("b=other", Baggage.Format([new("b", "other")], arrived.PropertiesOf, out _));
    }

    private static IReadOnlyDictionary<string, string> Read(string? header)
    {
        Assert.True(Baggage.TryParse(header, out var members, out var error), error);
        return members;
    }

    private static string? PassedOn(string header) =>
        Baggage.Format(
            Read(header).Select(member => new KeyValuePair<string, string?>(member.Key, member.Value)),
            ((BaggageMembers)Read(header)).PropertiesOf,
            out _);
}
