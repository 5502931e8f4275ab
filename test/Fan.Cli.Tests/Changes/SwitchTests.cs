using Microsoft.Extensions.DependencyInjection;

namespace Fan.Cli.Tests.Changes;

public sealed class SwitchTests : IAsyncLifetime
{
    private readonly Place _place = new();

    public async ValueTask InitializeAsync() => await _place.StartPricesAsync();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task A_switch_of_two_services_is_one_commit_and_told_with_what_changed()
    {
        var result = (await _place.RunAsync(
            "switch", "price=1.0.0", "tax=1.0.0", "-m", "back to the start", "--author", "ann")).Succeeded();
        Assert.Equal("commit 2  back to the start", result.Lines[0]);
        Assert.Equal(["  price: every version ▸ 1.0.0", "  tax: every version ▸ 1.0.0"], result.Lines[1..3]);
        Assert.Matches(@"^applied by 2 applications in .+, calls from before ended after .+s$", result.Lines[3]);
        Assert.Equal(("1", "1"), (await _place.WhichAsync("price"), await _place.WhichAsync("tax")));
        (await _place.RunAsync("switch", "price=2.0.0", "tax=2.0.0", "--barrier")).Succeeded();
        Assert.Equal(("2", "2"), (await _place.WhichAsync("price"), await _place.WhichAsync("tax")));
    }

    [Fact]
    public async Task Each_step_is_a_line_on_standard_error_where_that_is_no_terminal()
    {
        (await _place.RunAsync("switch", "price=1.0.0")).Succeeded();
        var lines = (await _place.RunAsync("switch", "price=2.0.0")).Succeeded().Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("commit 3 is made: 2 of 2 applications have applied it", lines);
        Assert.Contains("draining: 2 of 2 applications are done with calls from before", lines);
        Assert.Equal("settled: nothing reads what was before commit 3", lines[^1]);
        Assert.All(lines, line => Assert.DoesNotContain('\r', line));
    }

    [Fact]
    public async Task On_a_terminal_one_line_is_written_anew_and_nothing_of_it_is_left()
    {
        var result = (await _place.RunAsync(
            new ToolRun { OnTerminal = true, Width = 60, Environment = { ["NO_COLOR"] = "1" } }, "switch", "price=1.0.0")).Succeeded();
        Assert.Contains("\rcommit 2 is made: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Error);
        var parts = result.Error.Split('\r');
        Assert.All(parts, part => Assert.InRange(part.Length, 0, 59));
        Assert.Equal(("", ""), (parts[^1], parts[^2].Trim()));
    }

    [Fact]
    public async Task As_json_there_is_one_report_and_nothing_beside_it()
    {
        var result = (await _place.RunAsync("switch", "price=2.0.0", "tax=@price", "--json", "-m", "one for both")).Succeeded();
        Assert.Equal("", result.Error);
        var (report, commit) = (result.Json, result.Json.GetProperty("commit"));
        Assert.Equal((2, "one for both"), (commit.GetProperty("number").GetInt32(), commit.GetProperty("reason").GetString()));
        Assert.Equal(
            """[{"path":"routes/price","after":{"versions":{"2.0.0":100}}},{"path":"routes/tax","after":{"alias":"price"}}]""",
            commit.GetProperty("edits").GetRawText());
        Assert.Equal(2, report.GetProperty("applications").GetInt32());
        Assert.True(report.GetProperty("drained_ms").GetDouble() >= report.GetProperty("applied_ms").GetDouble());
        Assert.Equal(0, report.GetProperty("warnings").GetArrayLength());
    }

    [Fact]
    public async Task Calls_are_led_to_another_service_and_back()
    {
        (await _place.RunAsync("switch", "tax=@price", "price=1.0.0")).Succeeded();
        var host = await _place.StartAsync("caller", _ => { });
        Assert.Equal("1", await host.Services.GetRequiredService<IFan>().CallAsync<string>("tax.which", default));
        var result = (await _place.RunAsync("switch", "tax=*")).Succeeded();
        Assert.Equal("  tax: @price ▸ every version", result.Lines[1]);
        Assert.Equal("2", await host.Services.GetRequiredService<IFan>().CallAsync<string>("tax.which", default));
    }

    [Fact]
    public async Task What_would_break_something_is_refused_with_every_reason_and_force_records_them()
    {
        await _place.StartAsync("needy", fan => fan.DependsOn<IPriceOne>("^1.0"));
        (await _place.RunAsync("switch", "price=1.0.0")).Succeeded();
        (await _place.RunAsync("switch", "tax=9.0.0")).Failed(
            1,
            "fan: 'tax' 9.0.0 has no live endpoint; there is 1.0.0, 2.0.0. Nothing was changed; " +
            "--force overrides it and is recorded in the commit. [refused]");

        string[] wrong = ["switch", "price=2.0.0", "tax=9.0.0"];
        var refused = await _place.RunAsync(wrong);
        Assert.Equal((1, ""), (refused.Code, refused.Out));
        Assert.Equal(
        [
            "fan: 2 reasons speak against it:",
            "  - 'tax' 9.0.0 has no live endpoint; there is 1.0.0, 2.0.0.",
            "  - 'needy' depends on 'price' ^1.0, which 2.0.0 does not fit.",
            "Nothing was changed; --force overrides it and is recorded in the commit. [refused]",
        ], refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var error = (await _place.RunAsync([.. wrong, "--json"])).ErrorJson;
        Assert.Equal(("refused", 2), (error.GetProperty("code").GetString(), error.GetProperty("reasons").GetArrayLength()));

        var forced = (await _place.RunAsync([.. wrong, "--force"])).Succeeded();
        Assert.Contains("overridden: 'needy' depends on", forced.Error, StringComparison.Ordinal);
        Assert.Matches("forced   'tax' 9.0.0 has no live endpoint", (await _place.RunAsync("show", "3")).Succeeded().Out);
    }

    [Fact]
    public async Task A_soft_dependency_that_is_left_unmet_is_a_warning()
    {
        await _place.StartAsync("soft", fan => fan.Uses<ITaxOne>("^1.0"));
        var result = (await _place.RunAsync("switch", "tax=2.0.0")).Succeeded();
        Assert.Contains("warning: 'soft' uses 'tax' ^1.0, which 2.0.0 does not fit.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_that_are_still_under_way_are_told_and_no_failure()
    {
        var till = new TillDesk();
        await _place.StartAsync("tills", fan => fan.AddService<ITillDesk>(_ => till));
        (await _place.RunAsync("switch", "price=1.0.0")).Succeeded();
        var caller = await _place.StartAsync("caller", _ => { });
        var waiting = caller.Services.GetRequiredService<IFan>().CallAsync<string>("till.wait", default).AsTask();
        await till.Entered.Task.WaitAsync(Fan.Conformance.Eventually.Deadline);
        var result = (await _place.RunAsync("switch", "price=2.0.0", "--drain-timeout", "1ms")).Succeeded();
        Assert.Contains("leave the old versions running", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ended after", result.Out, StringComparison.Ordinal);
        var quick = (await _place.RunAsync("switch", "price=1.0.0", "--drain-timeout", "0s", "--json")).Succeeded();
        Assert.False(quick.Json.TryGetProperty("drained_ms", out _));
        till.GoOn.SetResult();
        Assert.Equal("done", await waiting);
    }

    [Fact]
    public async Task Who_does_not_apply_it_is_named_and_the_commit_stays()
    {
        (await _place.RunAsync("switch", "price=1.0.0")).Succeeded();
        await _place.PutAsync(
            "/fan/apps/app_9999999999",
            """{"application": "sleeper", "instance": "x", "applied": 2, "oldest": 2, "hosts": [], "needs": []}""",
            ephemeral: true);
        var result = await _place.RunAsync("switch", "price=2.0.0", "--apply-timeout", "50ms");
        Assert.Equal(1, result.Code);
        Assert.Contains("sleeper", result.Error, StringComparison.Ordinal);
        Assert.Contains(
            "Commit 3 is made, and 1 application(s) have not applied it within 0.1 s: sleeper.", result.Error, StringComparison.Ordinal);
        Assert.Contains("'fan revert 3' undoes it. [unapplied]", result.Error, StringComparison.Ordinal);
        var error = (await _place.RunAsync("switch", "price=1.0.0", "--apply-timeout", "50ms", "--json")).ErrorJson;
        Assert.Equal((4, "sleeper"), (error.GetProperty("commit").GetInt32(), error.GetProperty("waits_for")[0].GetString()));
        // With a barrier it is not made at all, and force is no help.
        var held = await _place.RunAsync("switch", "price=2.0.0", "--apply-timeout", "50ms", "--barrier");
        Assert.Equal(1, held.Code);
        Assert.Contains(
            "Not every application holds its calls within 0.1 s: sleeper. Nothing was changed. [refused]",
            held.Error,
            StringComparison.Ordinal);
        Assert.Equal(4, (await _place.RunAsync("log", "--json")).Succeeded().Json[0].GetProperty("number").GetInt32());
    }

    [Fact]
    public async Task A_split_has_the_shares_that_were_asked_for()
    {
        var result = (await _place.RunAsync("split", "price", "1.0.0=90%", "2.0.0=10", "--sticky", "user")).Succeeded();
        Assert.Equal("  price: every version ▸ 2.0.0 10 %, 1.0.0 90 % by user", result.Lines[1]);
        Assert.Equal(await _place.WhichAsync("price", "-H", "user=ann"), await _place.WhichAsync("price", "-H", "user=ann"));
        (await _place.RunAsync("split", "price", "1.0.0=100", "2.0.0=0", "--allow-override")).Succeeded();
        Assert.Equal("1", await _place.WhichAsync("price"));
        Assert.Equal("2", await _place.WhichAsync("price", "-H", "fan-route=price=2.0.0"));
    }

    [Fact]
    public async Task A_revert_undoes_a_commit_and_a_later_change_of_the_same_is_a_conflict()
    {
        (await _place.RunAsync("switch", "price=1.0.0")).Succeeded();
        (await _place.RunAsync("switch", "price=2.0.0", "-m", "new prices")).Succeeded();
        var conflict = await _place.RunAsync("revert", "2");
        Assert.Equal(1, conflict.Code);
        Assert.Contains("The route of 'price' was changed again after commit 2", conflict.Error, StringComparison.Ordinal);
        Assert.Contains(
            "'fan log price' shows by which commit; --force undoes 2 all the same. [conflict]", conflict.Error, StringComparison.Ordinal);

        var revert = (await _place.RunAsync("revert", "3", "--json")).Succeeded().Json.GetProperty("commit");
        Assert.Equal(
            (4, 3, "Undo commit 3: new prices"),
            (revert.GetProperty("number").GetInt32(), revert.GetProperty("reverts").GetInt32(), revert.GetProperty("reason").GetString()));
        Assert.Equal("1", await _place.WhichAsync("price"));
        (await _place.RunAsync("revert", "99")).Failed(
            1, "There is no commit 99 in the log; 'fan log' shows those that there are. [no_such_commit]");
        (await _place.RunAsync("revert", "1")).Failed(1, "Commit 1 changed nothing. [nothing_to_revert]");
    }

    [Theory]
    [InlineData("'price' must be SERVICE=VERSION, SERVICE=* or SERVICE=@OTHER", "switch", "price")]
    [InlineData("'=2.0.0' must be SERVICE=VERSION", "switch", "=2.0.0")]
    [InlineData("'price=' must be SERVICE=VERSION", "switch", "price=")]
    [InlineData("'newest' is no version; write 1.2.0.", "switch", "price=newest")]
    [InlineData("'price' is named twice.", "switch", "price=1.0.0", "price=2.0.0")]
    [InlineData("A service name must not be empty", "switch", "price=@")]
    [InlineData("Option '--barier' is not known. See 'fan switch --help'.", "switch", "price=1.0.0", "--barier")]
    [InlineData("See 'fan switch --help'.", "switch")]
    [InlineData("--drain-timeout must be a time", "switch", "price=1.0.0", "--drain-timeout", "soon")]
    [InlineData("--author must have 1 to 128 characters on one line.", "switch", "price=1.0.0", "--author", "")]
    [InlineData("-m must have 0 to 1000 characters on one line.", "switch", "price=1.0.0", "-m", "a\nb")]
    [InlineData("The weights of the versions must add up to 100; they add up to 99.", "split", "price", "1.0.0=90", "2.0.0=9")]
    [InlineData("The share of 1.0.0 must be a whole number from 0 to 100; it is 'half'.", "split", "price", "1.0.0=half")]
    [InlineData("Version 1.0.0 is given twice.", "split", "price", "1.0.0=50", "1.0.0=50")]
    [InlineData("'x' must be the number of a commit, as 'fan log' shows it.", "revert", "x")]
    [InlineData("'0' must be the number of a commit", "show", "0")]
    [InlineData("-n must be at least 1; it is 0.", "log", "-n", "0")]
    public async Task What_can_not_be_understood_is_wrong_usage_and_changes_nothing(string text, params string[] args)
    {
        (await _place.RunAsync(args)).Failed(2, text);
        Assert.Equal("[]\n", (await _place.RunAsync("log", "--json")).Succeeded().Out);
    }
}
