namespace Fan.Cli.Tests.Commands;

/// <summary>Each kind of bad input, and of failure, has one line that says what to do, and its exit code.</summary>
public sealed class ErrorTests : IAsyncLifetime
{
    private readonly Place _place = new();

    public async ValueTask InitializeAsync() => await _place.StartCellarAsync();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Theory]
    [InlineData(1, "No service 'celar' is registered. Did you mean 'cellar'?", "celar.get", "id=1")]
    [InlineData(1, "No service 'nowhere.at.all' is registered. 'fan ls' shows what there is. [no_such_service]", "nowhere.at.all.get")]
    [InlineData(1, "has no method 'gett'; it has count, echo, fail, get, restock, size, wait, who. [no_such_method]", "cellar.gett")]
    [InlineData(1, "Argument 'id' of 'get' is no valid Int32", "cellar.get", "id=red")]
    [InlineData(1, "Argument 'id' (Int32) of 'get' is missing. It is get(id: int). [bad_argument]", "cellar.get")]
    [InlineData(1, "'get' has no argument 'colour'", "cellar.get", "id=1", "colour=red")]
    [InlineData(1, "To send a text, write text='\"7\"'. [bad_argument]", "cellar.echo", "text=7")]
    [InlineData(1, "The service says out_of_stock: none left [fault]", "cellar.fail", "how=fault")]
    [InlineData(1, "The service failed: System.InvalidOperationException: broken: so [remote_failure]", "cellar.fail", "how=so")]
    [InlineData(1, "too many [limit_exceeded]", "cellar.fail", "how=limit")]
    [InlineData(3, "the stock is away 'fan doctor' shows which endpoints answer. [unavailable]", "cellar.fail", "how=unavailable")]
    [InlineData(3, "open 'fan doctor' shows which endpoints answer. [circuit_open]", "cellar.fail", "how=circuit")]
    [InlineData(2, "'cellar' must be a service and a method, as in", "cellar")]
    [InlineData(2, "'cellar.' ends where", "cellar..get")]
    [InlineData(2, "is no method name", "cellar.get/../x")]
    [InlineData(2, "is no method name", "cellar.get\u001b[31m")]
    [InlineData(2, "has a bracket", "shop[.till.name")]
    [InlineData(2, "'id' must be name=value, as in", "cellar.get", "id")]
    [InlineData(2, "'=7' must be name=value", "cellar.get", "=7")]
    [InlineData(2, "Argument 'id' is given twice.", "cellar.get", "id=1", "id=2")]
    [InlineData(2, "is all arguments at once, so it must stand alone", "cellar.get", "id=1", "-")]
    [InlineData(2, "Standard input must hold the arguments as one JSON object; it holds a list.", "cellar.get", "-")]
    [InlineData(2, "File '/no/such/file' can't be read", "cellar.get", "id=@/no/such/file")]
    [InlineData(
        2,
        "--timeout must be a time from 1ms to 49d such as 500ms, 2s or 1m, or none for no limit; it is 'soon'.",
        "cellar.get",
        "id=1",
        "--timeout",
        "soon")]
    [InlineData(2, "it is '50d'", "cellar.get", "id=1", "--timeout", "50d")]
    [InlineData(2, "it is '0s'", "cellar.get", "id=1", "--timeout", "0s")]
    [InlineData(2, "-H must be name=value, as in -H user=ann; it is 'user'.", "cellar.get", "id=1", "-H", "user")]
    [InlineData(2, "-H 'a b' is no name for baggage", "cellar.get", "id=1", "-H", "a b=c")]
    [InlineData(2, "-H user must have 1 to 256 characters", "cellar.get", "id=1", "-H", "user=a\nb")]
    [InlineData(2, "'x y' is no version range; write '^1.2'", "cellar.get", "id=1", "--version", "x y")]
    [InlineData(2, "Option '--tracee' is not known. See 'fan call --help'.", "--tracee")]
    [InlineData(2, "Option '--tracee' is not known. See 'fan call --help'.", "cellar.get", "--tracee")]
    [InlineData(2, "Option '--timout' is not known. See 'fan call --help'.", "cellar.get", "id=1", "--timout=2s")]
    public async Task A_call_that_goes_wrong_says_how(int code, string text, params string[] args) =>
        (await _place.RunAsync(new ToolRun { Input = "[1]" }, ["call", .. args])).Failed(code, text);

    [Theory]
    [InlineData(2, "Unrecognized command or argument 'cal'. See 'fan --help'. [usage]", "cal")]
    [InlineData(2, "See 'fan call --help'. [usage]", "call")]
    [InlineData(2, "See 'fan info --help'. [usage]", "info")]
    [InlineData(1, "No service 'celar' is registered. Did you mean 'cellar'?", "info", "celar")]
    [InlineData(2, "where a name part", "info", "../etc")]
    [InlineData(2, "Argument 'tcsh' not recognized", "completions", "tcsh")]
    public async Task A_verb_that_goes_wrong_says_how(int code, string text, params string[] args) =>
        (await _place.RunAsync(args)).Failed(code, text);

    [Fact]
    public async Task Arguments_that_no_call_can_carry_are_refused_before_it()
    {
        var deep = new string('[', 70) + new string(']', 70);
        (await _place.RunAsync("call", "cellar.size", "texts=" + deep)).Failed(2, "Argument 'texts' is nested deeper than 64 levels");
        (await _place.RunAsync(new ToolRun { Input = $"{{\"texts\": {deep}}}" }, "call", "cellar.size", "-")).Failed(
            2, "Standard input can't be used as JSON");
        (await _place.RunAsync(new ToolRun { Input = new string('x', (4 * 1024 * 1024) + 1) }, "call", "cellar.echo", "text=-")).Failed(
            2, "Standard input has more than 4 MiB");
        var binary = Path.Combine(_place.Folder, "binary");
        await File.WriteAllBytesAsync(binary, [0xff, 0xfe, 0x00, 0x80]);
        (await _place.RunAsync("call", "cellar.echo", "text=@" + binary)).Failed(2, "is no UTF-8 text");
        (await _place.RunAsync("call", "cellar.echo", "text=@" + _place.Folder)).Failed(2, "can't be read");
    }

    [Fact]
    public async Task As_json_an_error_has_its_wire_code_and_members()
    {
        var error = (await _place.RunAsync("call", "cellar.gett", "--json")).ErrorJson;
        Assert.Equal("no_such_method", error.GetProperty("code").GetString());
        Assert.Equal(8, error.GetProperty("available").GetArrayLength());
        var usage = await _place.RunAsync("--json", "call");
        Assert.Equal((2, "usage"), (usage.Code, usage.ErrorJson.GetProperty("code").GetString()));
        var fault = (await _place.RunAsync("--json", "call", "cellar.fail", "how=fault")).ErrorJson;
        Assert.Equal(("fault", "out_of_stock"), (fault.GetProperty("code").GetString(), fault.GetProperty("error_type").GetString()));
    }

    [Fact]
    public async Task Verbose_adds_the_stack_and_the_log()
    {
        var result = await _place.RunAsync("call", "cellar.gett", "--verbose");
        Assert.Equal(1, result.Code);
        Assert.Contains("   at Fan.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_strangers_write_stays_text_on_a_terminal()
    {
        var result = await _place.RunAsync(
            new ToolRun { OnTerminal = true, Environment = { ["NO_COLOR"] = "1" } }, "call", "cellar.fail", "how=hostile");
        Assert.DoesNotContain('\u001b', result.Error);
        Assert.DoesNotContain('\u202e', result.Error);
        Assert.Contains("\\u001b[2Jcode: first second \\u001b[31mred\\u202e [bold]markup[/]", result.Error, StringComparison.Ordinal);
        var reply = (await _place.RunAsync("call", "cellar.echo", "text=\"\\u001b[31m \\u202e \\u009b\"")).Succeeded();
        Assert.Equal("\"\\u001b[31m \\u202e \\u009b\"\n", reply.Out, ignoreCase: true);
    }

    [Fact]
    public async Task A_service_whose_process_is_gone_is_not_reachable()
    {
        await _place.PutEndpointAsync("/endpoints/gone/1.0.0/config_0000000001", Place.FreePort());
        (await _place.RunAsync("call", "gone.get", "id=1")).Failed(3, "No endpoint of 'gone' could be reached");
    }

    [Fact]
    public async Task A_service_on_a_transport_that_the_tool_does_not_have_is_named()
    {
        await _place.PutAsync("/endpoints/pigeon/1.0.0/dove_0000000001", """{"transport": "dove", "methods": []}""");
        (await _place.RunAsync("call", "pigeon.fly")).Failed(3, "is reached over dove only");
    }
}
