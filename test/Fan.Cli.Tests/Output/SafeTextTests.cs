using System.Text.Json;
using CsCheck;
using Fan.Cli.Output;

namespace Fan.Cli.Tests.Output;

public sealed class SafeTextTests
{
    private static readonly Gen<string> Nasty = Gen.String[Gen.OneOf(
        Gen.Char, Gen.Char["\u001b\u009b\u0007\r\n\t\u202e\u2066\u200b\u2028\ufeff\u0000[]/\"\\"]), 0, 30];

    [Fact]
    public void A_line_has_nothing_that_does_something_to_a_terminal() => Nasty.Sample(text =>
        SafeText.Line(text).All(c => !SafeText.IsHidden(c) && c != '\n')
        && SafeText.Lines(text).All(c => c is '\n' or '\t' || !SafeText.IsHidden(c)));

    [Fact]
    public void Printed_json_means_what_it_meant_and_shows_all_of_it() => Nasty.Sample(text =>
    {
        // A lone surrogate is no text in JSON.
        if (text.Any(char.IsSurrogate)) return true;
        var value = JsonSerializer.SerializeToElement(new Dictionary<string, object> { [text] = new[] { text, "x" } });
        return new[] { true, false }.All(indented =>
        {
            using var output = new StringWriter();
            var terminal = new Terminal
            {
                Out = output,
                Error = output,
                In = () => Stream.Null,
                OutIsTerminal = indented,
                Environment = _ => "1"
            };
            JsonPrinter.WriteReply(terminal, value);
            var printed = output.ToString();
            return printed.All(c => c == '\n' || c == '\r' || !SafeText.IsHidden(c))
                && JsonElement.DeepEquals(value, JsonSerializer.Deserialize<JsonElement>(printed));
        });
    });

    [Theory]
    [InlineData("\"\\ud800\"", "\"\\ud800\"")]
    [InlineData("{\"\\udfff\": 1}", "{\"\\udfff\":1}")]
    [InlineData("\"\\u017e \\ud83c\\udf77 \\u0041 \\/ \\t\"", "\"ž 🍷 A / \\t\"")]
    [InlineData("[1.50, 1E5, true, null, {}, []]", "[1.50,1E5,true,null,{},[]]")]
    public void Json_is_printed_readably_and_without_loss(string json, string printed)
    {
        using var output = new StringWriter { NewLine = "" };
        JsonPrinter.WriteLine(output, JsonDocument.Parse(json).RootElement);
        Assert.Equal(printed, output.ToString());
    }

    [Fact]
    public void Sound_text_stays_as_it_is()
    {
        Assert.Equal("žluťoučký kůň 🍷 [bold]", SafeText.Line("žluťoučký kůň 🍷 [bold]"));
        Assert.DoesNotContain(SafeText.Line("a\U000E0001b"), char.IsSurrogate);
        Assert.Equal("abc…", SafeText.Line("abcdef", 3));
    }
}
