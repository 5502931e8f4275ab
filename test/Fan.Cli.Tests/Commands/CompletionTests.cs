namespace Fan.Cli.Tests.Commands;

public sealed class CompletionTests : IAsyncLifetime
{
    private readonly Place _place = new();

    public async ValueTask InitializeAsync() =>
        await _place.StartAsync("cellars", fan => fan.AddService<ICellar>(_ => new Cellar()).AddService<ITill, Till>());

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Theory]
    [InlineData("fan ", "bench call completions deps diff doctor info log ls push queue revert shard shards show split switch")]
    [InlineData("fan push cellar.", "cellar.restock")]
    [InlineData("fan queue r", "retry")]
    [InlineData("/opt/fan l", "log ls")]
    [InlineData("fan call cellar.w", "cellar.wait cellar.who")]
    [InlineData("fan call shop", "shop[shop_id].till.name")]
    [InlineData("fan call shop[42].t", "shop[42].till.name")]
    [InlineData("fan call 'shop[42].t", "shop[42].till.name")]
    [InlineData("fan call 'cellar.count' fail", "fail_at=")]
    [InlineData("fan call shop[42", "")]
    [InlineData("fan call cellar.count ", "fail_at= to=")]
    [InlineData("fan call cellar.count t", "to=")]
    [InlineData("fan info ce", "cellar")]
    [InlineData("fan switch ce", "cellar=")]
    [InlineData("fan switch cellar=", "cellar=1.2.0")]
    [InlineData("fan switch cellar=1.2.0 shop.till=2", "shop.till=2.0.0")]
    [InlineData("fan split cellar 1", "1.2.0=")]
    [InlineData("fan split cellar 1.2.0=100 --sticky u", "user")]
    [InlineData("fan log ce", "cellar")]
    [InlineData("fan deps --p", "--problems")]
    [InlineData("fan diff cellar 1", "1.2.0")]
    [InlineData("fan call --v", "--verbose --version --via")]
    [InlineData("fan call cellar.get --via h", "http")]
    [InlineData("fan bench cellar.w", "cellar.wait cellar.who")]
    [InlineData("fan bench cellar.get --c", "--callers")]
    [InlineData("fan split cellar 1.2.0=100 --w", "--watch")]
    [InlineData("fan completions z", "zsh")]
    public async Task A_line_is_completed(string line, string words) => Assert.Equal(words, await SuggestAsync(line));

    [Fact]
    public async Task Commits_are_completed_where_one_may_stand()
    {
        (await _place.RunAsync("switch", "cellar=1.2.0")).Succeeded();
        Assert.Equal("1 2", await SuggestAsync("fan revert "));
        Assert.Equal("2", await SuggestAsync("fan show 2"));
        Assert.Equal("1 2", await SuggestAsync("fan diff 1 "));
    }

    [Fact]
    public async Task Names_that_a_shell_could_take_for_something_else_are_left_out()
    {
        await _place.PutEndpointAsync("/endpoints/$(reboot)/1.0.0/config_0000000001", 1);
        await _place.PutEndpointAsync(
            "/endpoints/sound/1.0.0/config_0000000001", 1, methods: """[{"name": "`reboot`"}, {"name": "get"}]""");
        Assert.DoesNotContain("reboot", await SuggestAsync("fan call "), StringComparison.Ordinal);
        Assert.Contains("sound.get", await SuggestAsync("fan call "), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[suggest:9999999999]", "fan ")]
    [InlineData("[suggest:-1]", "fan ")]
    [InlineData("[suggest:x]", "fan call ")]
    [InlineData("[suggest]", "fan \"call")]
    [InlineData("[suggest:3]", "")]
    public async Task A_question_that_is_none_does_no_harm(string directive, string line) =>
        Assert.Equal("", (await new ToolRun().RunAsync(directive, line)).Succeeded().Error);

    [Fact]
    public async Task Without_a_store_verbs_still_complete()
    {
        var result = await new ToolRun { Environment = { ["FAN_STORE"] = "sqlite:/proc/none/fan.db" } }.RunAsync(
            "[suggest:9]", "fan info ");
        Assert.Equal(new ToolResult(0, "", ""), result);
    }

    [Theory]
    [InlineData("bash", "complete -F _fan fan")]
    [InlineData("zsh", "compdef _fan fan")]
    [InlineData("fish", "complete -c fan")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName fan")]
    public async Task Every_shell_has_its_script(string shell, string text)
    {
        var script = (await new ToolRun().RunAsync("completions", shell)).Succeeded().Out;
        Assert.Contains(text, script, StringComparison.Ordinal);
        // compgen -W and eval would run what a stranger named a service.
        Assert.DoesNotContain("compgen", script, StringComparison.Ordinal);
        Assert.DoesNotContain("eval", script, StringComparison.Ordinal);
    }

    private async Task<string> SuggestAsync(string line)
    {
        var run = new ToolRun { Environment = { ["FAN_STORE"] = _place.StoreUrl } };
        var result = (await run.RunAsync($"[suggest:{line.Length}]", line)).Succeeded();
        return string.Join(' ', result.Lines.Order(StringComparer.Ordinal));
    }
}
