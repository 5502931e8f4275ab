namespace Fan.Cli.Tests.Commands;

public sealed class HelpTests
{
    [Theory]
    [InlineData("call")]
    [InlineData("bench")]
    [InlineData("ls")]
    [InlineData("info")]
    [InlineData("switch")]
    [InlineData("split")]
    [InlineData("revert")]
    [InlineData("log")]
    [InlineData("show")]
    [InlineData("diff")]
    [InlineData("deps")]
    [InlineData("shards")]
    [InlineData("shard move")]
    [InlineData("doctor")]
    [InlineData("completions")]
    [InlineData("push")]
    [InlineData("queue")]
    [InlineData("queue ls")]
    [InlineData("queue peek")]
    [InlineData("queue dead")]
    [InlineData("queue retry")]
    [InlineData("queue purge")]
    public async Task Every_verb_has_help_with_examples(string verb)
    {
        var help = (await new ToolRun().RunAsync([.. verb.Split(' '), "--help"])).Succeeded().Out;
        Assert.Contains("Usage:", help, StringComparison.Ordinal);
        Assert.Contains("Examples:\n  ", help, StringComparison.Ordinal);
        Assert.Contains("fan " + verb, help[help.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_root_tells_the_exit_codes_and_its_version()
    {
        Assert.Contains("Exit codes: 0 done, 1", (await new ToolRun().RunAsync("--help")).Succeeded().Out, StringComparison.Ordinal);
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", (await new ToolRun().RunAsync("--version")).Succeeded().Out);
    }

    [Fact]
    public async Task Without_a_verb_it_shows_the_help_and_that_nothing_was_done()
    {
        var result = await new ToolRun().RunAsync();
        Assert.Equal(2, result.Code);
        Assert.Contains("Commands:", result.Out, StringComparison.Ordinal);
    }
}
