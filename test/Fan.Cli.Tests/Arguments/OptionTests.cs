using CsCheck;
using Fan.Cli.Arguments;
using Fan.Cli.Errors;
using Fan.Messaging;

namespace Fan.Cli.Tests.Arguments;

public sealed class OptionTests
{
    [Theory]
    [InlineData("1ms", 1)]
    [InlineData("500ms", 500)]
    [InlineData("2s", 2000)]
    [InlineData("1.5s", 1500)]
    [InlineData("2m", 120_000)]
    [InlineData("24h", 86_400_000)]
    public void A_time_has_a_unit(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), TimeText.Parse("--timeout", text));

    [Theory]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1e9s")]
    [InlineData("1,5s")]
    [InlineData("NaNs")]
    [InlineData("∞s")]
    [InlineData("2 s")]
    [InlineData("99999999999999999999999999999h")]
    public void What_is_no_time_is_wrong_usage(string text) => Assert.Throws<UsageException>(() => TimeText.Parse("--timeout", text));

    [Fact]
    public void Any_text_is_a_time_within_the_bounds_or_wrong_usage() => Gen.String[Gen.Char["0123456789.msh -"], 0, 8].Sample(text =>
    {
        try
        {
            return TimeText.Parse("--timeout", text) is { TotalMilliseconds: >= 1 and <= 86_400_000 };
        }
        catch (UsageException)
        {
            return true;
        }
    });

    [Fact]
    public void What_is_taken_as_baggage_arrives() => Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 10], Gen.String[0, 20]).Sample(pair =>
    {
        if (pair.Item1 == "user" || pair.Item2.Any(char.IsSurrogate)) return true;
        var context = HeaderArguments.Parse([$"{pair.Item1}={pair.Item2}"]);
        return Baggage.TryParse(
            Baggage.Format(context.Baggage.Select(member => new KeyValuePair<string, string?>(member.Key, member.Value))),
            out var arrived,
            out _)
            && arrived[pair.Item1] == pair.Item2;
    });

    [Fact]
    public void Baggage_that_would_not_travel_whole_is_wrong_usage()
    {
        Assert.Throws<UsageException>(() => HeaderArguments.Parse(["a=" + new string('x', 9000)]));
        Assert.Throws<UsageException>(() => HeaderArguments.Parse([.. Enumerable.Range(0, 65).Select(i => $"a{i}=x")]));
        Assert.Throws<UsageException>(() => HeaderArguments.Parse(["a=1", "a=2"]));
        Assert.Throws<UsageException>(() => HeaderArguments.Parse(["=1"]));
    }
}
