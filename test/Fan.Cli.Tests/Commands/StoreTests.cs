using Fan.Coordination;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Cli.Tests.Commands;

/// <summary>Which store is used, and what is said of one that can't be.</summary>
public sealed class StoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fan-cli-store-").FullName;

    public static TheoryData<string> Verbs =>
        [
            "ls", "info x", "call x.y", "bench x.y", "doctor", "switch x=1.0.0", "split x 1.0.0=100", "revert 2", "log", "show",
            "diff 1 2", "diff x 1 2", "deps", "shards x", "queue ls", "push x.y"
        ];

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

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Where_there_is_no_store_none_is_made(string verb)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "");
        // A folder that is missing, a file beside others, an empty file, and what no folder can be.
        foreach (var place in (string[])["mistyped/fan.db", "fam.db", "file", "file/below/fan.db"])
        {
            var path = Path.Combine(_folder, place);
            var result = await new ToolRun().RunAsync([.. verb.Split(' '), "--store", "sqlite:" + path]);
            Assert.Equal(3, result.Code);
            Assert.Contains($"There is no store at '{path}'", result.Out + result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
        Assert.Equal(0, new FileInfo(Path.Combine(_folder, "file")).Length);
    }

    [Fact]
    public async Task Whoever_presses_the_tab_key_makes_no_store()
    {
        (await new ToolRun().RunAsync("[suggest:8]", $"info x --store sqlite:{_folder}/mistyped/fan.db")).Succeeded();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task The_option_wins_over_the_environment()
    {
        foreach (var name in (string[])["a.db", "b.db"]) await MakeAsync(name);
        var run = new ToolRun { Environment = { ["FAN_STORE"] = $"sqlite:{_folder}/b.db" } };
        Assert.Contains(
            $"Nothing is registered in sqlite:{_folder}/b.db", (await run.RunAsync("ls")).Succeeded().Error, StringComparison.Ordinal);
        Assert.Contains(
            $"Nothing is registered in sqlite:{_folder}/a.db",
            (await run.RunAsync("ls", "--store", $"sqlite:{_folder}/a.db")).Succeeded().Error,
            StringComparison.Ordinal);
        Assert.Contains("(from FAN_STORE)", (await run.RunAsync("doctor")).Succeeded().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_store_is_told_with_its_place()
    {
        await MakeAsync("a.db");
        var result = (await new ToolRun().RunAsync("ls", "--store", $"sqlite:{_folder}/a.db", "--json")).Succeeded();
        Assert.Equal("[]\n", result.Out);
        (await new ToolRun().RunAsync("info", "x", "--store", $"sqlite:{_folder}/a.db")).Failed(
            1, "Nothing at all is registered in this store");
    }

    private async Task MakeAsync(string name)
    {
        await using var provider = new ServiceCollection().AddFan().AddSqliteStore().Services.BuildServiceProvider();
        await using var store = provider.GetServices<IStoreProvider>().Single().Create($"sqlite:{_folder}/{name}");
        await store.OpenAsync();
    }
}
