namespace Fan.Cli.Tests.Commands;

/// <summary>Which store is used, and what is said of one that can't be.</summary>
public sealed class StoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fan-cli-store-").FullName;

    public static TheoryData<string> Verbs => ["ls", "info x", "call x.y", "bench x.y", "doctor", "switch x=1.0.0", "split x 1.0.0=100", "revert 2", "log", "show", "diff 1 2", "diff x 1 2", "deps"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("nonsense", "must be a URL that begins with its kind")]
    [InlineData("redis://x", "Stores of kind 'redis:' are not known here")]
    [InlineData("sqlite:", "names no file")]
    [InlineData("sqlite:x?session=soon", "session must be from 1s to 3600s")]
    [InlineData("memory:x", "lives within one process")]
    public async Task A_store_url_that_is_none_is_wrong_usage(string url, string text)
    {
        (await new ToolRun().RunAsync("ls", "--store", url)).Failed(2, text);
        (await new ToolRun { Environment = { ["FAN_STORE"] = url } }.RunAsync("ls")).Failed(2, text);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_store_that_is_no_database_is_not_reachable(string verb)
    {
        var file = Path.Combine(_folder, "text.db");
        await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("this is not a database. ", 100)));
        var result = await new ToolRun().RunAsync([.. verb.Split(' '), "--store", "sqlite:" + file]);
        Assert.Equal(3, result.Code);
        Assert.Contains("is no SQLite file", result.Out + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_can_not_be_written_is_not_reachable()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "");
        (await new ToolRun().RunAsync("ls", "--store", $"sqlite:{file}/below/fan.db")).Failed(3, "can't be made");
        // The superuser may write everywhere but where the kernel says no.
        var locked = OperatingSystem.IsLinux() ? "/proc/fan.db" : Path.Combine(_folder, "file", "fan.db");
        (await new ToolRun().RunAsync("ls", "--store", "sqlite:" + locked)).Failed(3, "[store_unavailable]");
    }

    [Fact]
    public async Task The_option_wins_over_the_environment()
    {
        var run = new ToolRun { Environment = { ["FAN_STORE"] = $"sqlite:{_folder}/b.db" } };
        Assert.Contains($"Nothing is registered in sqlite:{_folder}/b.db", (await run.RunAsync("ls")).Succeeded().Error, StringComparison.Ordinal);
        Assert.Contains($"Nothing is registered in sqlite:{_folder}/a.db", (await run.RunAsync("ls", "--store", $"sqlite:{_folder}/a.db")).Succeeded().Error, StringComparison.Ordinal);
        Assert.Contains("(from FAN_STORE)", (await run.RunAsync("doctor")).Succeeded().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_store_is_told_with_its_place()
    {
        var result = (await new ToolRun().RunAsync("ls", "--store", $"sqlite:{_folder}/a.db", "--json")).Succeeded();
        Assert.Equal("[]\n", result.Out);
        (await new ToolRun().RunAsync("info", "x", "--store", $"sqlite:{_folder}/a.db")).Failed(1, "Nothing at all is registered in this store");
    }
}
