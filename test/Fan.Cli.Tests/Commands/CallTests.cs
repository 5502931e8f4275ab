using System.Text;

namespace Fan.Cli.Tests.Commands;

public sealed class CallTests : IAsyncLifetime
{
    private readonly Place _place = new();
    private readonly Cellar _cellar = new();

    public async ValueTask InitializeAsync() =>
        await _place.StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar).AddService<ITill, Till>());

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task A_reply_is_one_line_of_json_in_a_pipe()
    {
        var result = (await _place.RunAsync("call", "cellar.get", "id=7")).Succeeded();
        Assert.Equal("{\"id\":7,\"name\":\"Rkatsiteli\",\"price\":12.50}\n", result.Out);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task A_reply_is_indented_and_coloured_on_a_terminal_and_plain_with_no_color()
    {
        var result = (await _place.RunAsync(new ToolRun { OnTerminal = true }, "call", "cellar.get", "id=7")).Succeeded();
        Assert.Contains("\u001b[", result.Out, StringComparison.Ordinal);
        var plain = (await _place.RunAsync(
            new ToolRun { OnTerminal = true, Environment = { ["NO_COLOR"] = "1" } }, "call", "cellar.get", "id=7")).Succeeded();
        Assert.Equal("{\n  \"id\": 7,\n  \"name\": \"Rkatsiteli\",\n  \"price\": 12.50\n}\n", plain.Out);
    }

    [Fact]
    public async Task A_sequence_is_a_line_for_each_item()
    {
        Assert.Equal("1\n2\n3\n", (await _place.RunAsync("call", "cellar.count", "to=3")).Succeeded().Out);
        Assert.Equal("", (await _place.RunAsync("call", "cellar.count", "to=0")).Succeeded().Out);
    }

    [Fact]
    public async Task A_sequence_that_breaks_off_has_its_items_and_then_the_error()
    {
        var result = await _place.RunAsync("call", "cellar.count", "to=5", "fail_at=3");
        Assert.Equal((1, "1\n2\n"), (result.Code, result.Out));
        Assert.Contains("The service says enough: failed at 3", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_is_sent_and_a_method_without_result_prints_nothing()
    {
        Assert.Equal("", (await _place.RunAsync("call", "cellar.restock", "id=9")).Succeeded().Out);
        Assert.Equal(9, await _cellar.Restocked.Task.WaitAsync(Fan.Conformance.Eventually.Deadline));
    }

    [Fact]
    public async Task A_null_is_a_reply_too() =>
        Assert.Equal("null\n", (await _place.RunAsync("call", "cellar.echo", "text=null")).Succeeded().Out);

    [Fact]
    public async Task Shard_keys_travel()
    {
        Assert.Equal("\"till of shop 42\"\n", (await _place.RunAsync("call", "shop[42].till.name")).Succeeded().Out);
        Assert.Equal("\"till of shop a.b\"\n", (await _place.RunAsync("call", "shop[a.b].till.name")).Succeeded().Out);
        (await _place.RunAsync("call", "shop.till.name")).Failed(
            2, "Service 'shop[shop_id].till' needs 1 shard key (shop_id), and 'shop.till' gives 0");
        (await _place.RunAsync("call", "shop[1].till[2].name")).Failed(2, "gives 2");
    }

    [Fact]
    public async Task Arguments_come_from_files_and_standard_input()
    {
        var text = Path.Combine(_place.Folder, "text.txt");
        await File.WriteAllTextAsync(text, "line one\nline two\n", Encoding.UTF8);
        Assert.Equal("\"line one\\nline two\"\n", (await _place.RunAsync("call", "cellar.echo", "text=@" + text)).Succeeded().Out);
        var json = Path.Combine(_place.Folder, "list.json");
        await File.WriteAllTextAsync(json, "[\"a\", \"b\"]\n");
        Assert.Equal("2\n", (await _place.RunAsync("call", "cellar.size", "texts=@" + json)).Succeeded().Out);
        Assert.Equal(
            "\"hello\"\n", (await _place.RunAsync(new ToolRun { Input = "hello\n" }, "call", "cellar.echo", "text=-")).Succeeded().Out);
        Assert.Equal("7\n", (await _place.RunAsync(
            new ToolRun { Input = "{\"to\": 7, \"fail_at\": -1}" }, "call", "cellar.count", "-")).Succeeded().Lines[^1] + "\n");
        var all = Path.Combine(_place.Folder, "all.json");
        await File.WriteAllTextAsync(all, "{\"text\": \"from a file\"}");
        Assert.Equal("\"from a file\"\n", (await _place.RunAsync("call", "cellar.echo", "@" + all)).Succeeded().Out);
    }

    [Fact]
    public async Task The_context_travels_and_the_tool_is_the_caller() =>
        Assert.Equal(
            "\"fan|ann|colour:red;tenant:a b\"\n",
            (await _place.RunAsync("call", "cellar.who", "-H", "user=ann", "-H", "tenant=a b", "--header", "colour=red")).Succeeded().Out);

    [Fact]
    public async Task The_version_range_chooses_who_answers()
    {
        await _place.StartAsync("old", fan => fan.AddService<IOldCellar, OldCellar>());
        Assert.Contains("Rkatsiteli", (await _place.RunAsync("call", "cellar.get", "id=1")).Succeeded().Out, StringComparison.Ordinal);
        Assert.Equal("\"old 1\"\n", (await _place.RunAsync("call", "cellar.get", "id=1", "--version", "<1.1")).Succeeded().Out);
        (await _place.RunAsync("call", "cellar.get", "id=1", "--version", "^3")).Failed(
            1, "no version that fits '^3'; there is 1.2.0, 1.0.0");
    }

    [Fact]
    public async Task A_trace_goes_beside_the_reply_in_a_pipe_and_after_it_on_a_terminal()
    {
        await _place.StartAsync("fronts", fan => fan.AddService<IFront, Front>().DependsOn<ICellar>());
        var piped = (await _place.RunAsync("call", "front.ask", "--trace")).Succeeded();
        Assert.Equal("\"Rkatsiteli\"\n", piped.Out);
        var lines = piped.Error.Split('\n');
        Assert.StartsWith("front/ask fan calls ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("└─ front/ask fronts serves ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("   └─ cellar/get fronts calls over http ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("      └─ cellar/get cellars serves ", lines[3], StringComparison.Ordinal);

        var shown = (await _place.RunAsync(
            new ToolRun { OnTerminal = true, Environment = { ["NO_COLOR"] = "1" } }, "call", "front.ask", "--trace")).Succeeded();
        Assert.Equal("", shown.Error);
        Assert.StartsWith("\"Rkatsiteli\"", shown.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("front/ask fan calls ", shown.Lines[1], StringComparison.Ordinal);

        var json = (await _place.RunAsync("call", "front.ask", "--trace", "--json")).Succeeded();
        var steps = json.ErrorJson.GetProperty("trace");
        Assert.Equal(("cellars", "http"), (steps[3].GetProperty("application").GetString(), steps[3].GetProperty("transport").GetString()));
    }

    [Theory]
    [InlineData("ipc")]
    [InlineData("tcp")]
    [InlineData("http")]
    public async Task A_call_takes_the_transport_that_it_is_told_to(string transport)
    {
        await _place.StartAsync("fronts", fan => fan.AddIpc().AddTcp().AddService<IFront, Front>().DependsOn<ICellar>());
        var result = (await _place.RunAsync("call", "front.ask", "--via", transport, "--trace")).Succeeded();
        Assert.StartsWith($"front/ask fan calls over {transport} ", result.Error, StringComparison.Ordinal);
        // What it calls in turn goes its own way.
        Assert.Contains("cellar/get fronts calls over http ", result.Error, StringComparison.Ordinal);
        var items = (await _place.RunAsync("call", "cellar.count", "to=2", "--via", "http", "--trace")).Succeeded();
        Assert.StartsWith("cellar/count fan calls over http ", items.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transport_that_the_service_does_not_have_is_told_with_those_that_it_has()
    {
        (await _place.RunAsync("call", "cellar.get", "id=7", "--via", "tcp")).Failed(
            1, "Service 'cellar' is not served over 'tcp', but over http. [no_such_transport]");
        await _place.PutAsync(
            "/endpoints/cellar/1.2.0/amqp_9999999999", """{"transport": "amqp", "host": "rabbit", "port": 5672, "methods": []}""");
        (await _place.RunAsync("call", "cellar.get", "id=7", "--via", "amqp")).Failed(
            1, "The settings of 'amqp' are not in the environment, so the tool can take http, ipc, tcp only. [no_such_transport]");
        (await _place.RunAsync("call", "nobody.get", "--via", "tcp")).Failed(1, "No service 'nobody' is registered.");
    }

    [Fact]
    public async Task A_failed_call_has_a_trace_too()
    {
        var result = await _place.RunAsync("call", "cellar.fail", "how=fault", "--trace");
        Assert.Equal(1, result.Code);
        Assert.Contains("cellar/fail fan calls", result.Error, StringComparison.Ordinal);
        Assert.Contains("! none left", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_call_ends_with_130_and_is_cancelled_in_the_service()
    {
        using var cancellation = new CancellationTokenSource();
        var running = _place.RunAsync(new ToolRun { Cancellation = cancellation.Token }, "call", "cellar.wait");
        await _cellar.Waiting.Task.WaitAsync(Fan.Conformance.Eventually.Deadline);
        await cancellation.CancelAsync();
        Assert.Equal(new ToolResult(130, "", ""), await running);
        await _cellar.Ended.Task.WaitAsync(Fan.Conformance.Eventually.Deadline);
    }

    [Fact]
    public async Task A_call_without_an_end_ends_with_its_timeout() =>
        (await _place.RunAsync("call", "cellar.wait", "--timeout", "1s")).Failed(
            1, "gave no reply within 1 s. Give it more time with --timeout. [deadline_exceeded]");
}
