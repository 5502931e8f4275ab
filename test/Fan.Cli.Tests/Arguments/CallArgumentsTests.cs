using System.Text.Json;
using CsCheck;
using Fan.Cli.Arguments;
using Fan.Cli.Errors;

namespace Fan.Cli.Tests.Arguments;

public sealed class CallArgumentsTests
{
    [Theory]
    [InlineData("a=7", "{\"a\":7}")]
    [InlineData("a=007", "{\"a\":\"007\"}")]
    [InlineData("a=\"7\"", "{\"a\":\"7\"}")]
    [InlineData("a=true", "{\"a\":true}")]
    [InlineData("a=null", "{\"a\":null}")]
    [InlineData("a=Null", "{\"a\":\"Null\"}")]
    [InlineData("a=", "{\"a\":\"\"}")]
    [InlineData("a= ", "{\"a\":\" \"}")]
    [InlineData("a=b=c", "{\"a\":\"b=c\"}")]
    [InlineData("a=[1, 2]", "{\"a\":[1, 2]}")]
    [InlineData("a={\"b\": {\"c\": 1.50}}", "{\"a\":{\"b\": {\"c\": 1.50}}}")]
    [InlineData("a={not json", "{\"a\":\"{not json\"}")]
    [InlineData("a=1 2", "{\"a\":\"1 2\"}")]
    [InlineData("a=12345678901234567890.123456789", "{\"a\":12345678901234567890.123456789}")]
    [InlineData("a=--", "{\"a\":\"--\"}")]
    public async Task A_value_is_json_or_else_text(string word, string json) => Assert.Equal(json, (await ReadAsync(word)).GetRawText());

    [Fact]
    public async Task No_words_are_no_arguments() => Assert.Equal("{}", (await ReadAsync()).GetRawText());

    [Fact]
    public async Task Any_json_value_arrives_as_it_is()
    {
        var scalar = Gen.OneOf(
            Gen.Int.Select(number => number.ToString()),
            Gen.Bool.Select(flag => flag ? "true" : "false"),
            Gen.Const("null"),
            Texts.Select(text => JsonSerializer.Serialize(text)));
        var list = scalar.List[0, 4].Select(items => $"[{string.Join(',', items)}]");
        var tree = Gen.OneOf(
            scalar, list, Gen.Select(Texts, list).Select(pair => $"{{{JsonSerializer.Serialize(pair.Item1)}:{pair.Item2}}}"));
        await tree.SampleAsync(async json => Assert.True(
            JsonElement.DeepEquals(JsonSerializer.Deserialize<JsonElement>(json), (await ReadAsync("x=" + json)).GetProperty("x"))));
    }

    [Fact]
    public async Task Any_text_can_be_sent_by_writing_it_as_json() =>
        await Texts.SampleAsync(
            async text => Assert.Equal(text, (await ReadAsync("x=" + JsonSerializer.Serialize(text))).GetProperty("x").GetString()));

    [Fact]
    public async Task Whatever_the_words_are_they_are_arguments_or_wrong_usage() =>
        await Texts.List[0, 4].SampleAsync(async words =>
        {
            try
            {
                Assert.Equal(JsonValueKind.Object, (await ReadAsync([.. words])).ValueKind);
            }
            catch (UsageException)
            {
                // Which is the other promise.
            }
        });

    [Fact]
    public async Task Standard_input_can_be_read_once() =>
        Assert.Contains(
            "once only", (await Assert.ThrowsAsync<UsageException>(() => ReadAsync("a=-", "b=-"))).Message, StringComparison.Ordinal);

    // Without lone surrogates, which no command line has.
    private static Gen<string> Texts =>
        Gen.String[Gen.OneOf(Gen.Char.AlphaNumeric, Gen.Char["=@-[]{}\"\\ \t\n\u0000\u001b\u202ež"]), 0, 12];

    private static async Task<JsonElement> ReadAsync(params string[] words) =>
        (await CallArguments.ReadAsync(words, () => new MemoryStream("input"u8.ToArray()), "call", CancellationToken.None)).Json;
}
