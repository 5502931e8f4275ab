using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Database.Tests.Queues;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Database.Tests.Faults;

/// <summary>
/// A SQLite file of queues and calls that is removed, replaced or emptied under the processes that use it: they meet on the one that stands
/// there now, and say so.
/// </summary>
public sealed class LostFileTests : QueueConformance
{
    private readonly SqliteQueueHarness _harness = new();

    private string FilePath => _harness.Options.Sqlite!;

    protected override Task<IQueueHarness> CreateHarnessAsync() => Task.FromResult<IQueueHarness>(_harness);

    public static TheoryData<string> Losses =>
        ["removed", "removed with its log", "replaced", "moved away", "emptied", "removed with its folder"];

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task What_is_pushed_after_it_arrives_in_another_process_and_here(string loss)
    {
        await DeclareAsync("main", "here");
        using var worker = ChildProcess.Start("Fan.Database.Worker", "work", "sqlite", FilePath, Service);
        await worker.WaitForAsync("ready");
        var received = new Received();
        await ConsumeAsync(received.HandleAsync, "here", transport: await Harness.OpenAsync());
        await SendAsync("before");
        Assert.Equal("before 1", await worker.ReadAsync());
        await received.AreAsync(1);

        await LoseAsync(loss);
        await Eventually.TrueAsync(async () => await StatusOfAllAsync() == 2, "both groups are there again");
        List<string> sent = [];
        for (var i = 0; i < 20; i++)
        {
            // Where the consumer has not met the other file yet, it is refused.
            var text = "after" + i;
            await Eventually.TrueAsync(() => AcceptedAsync(text), "it is accepted");
            sent.Add(text + " 1");
        }

        var came = new HashSet<string>();
        while (!came.IsSupersetOf(sent)) came.Add((await worker.ReadAsync())!);
        await Eventually.TrueAsync(
            () => Task.FromResult(received.Attempts.Select(seen => $"{seen.Text} {seen.Attempt}").ToHashSet().IsSupersetOf(sent)),
            "all of it came here too");
        await EmptyAsync();
        Assert.Null(Transport.Trouble);
        // The pusher and the consumer here.
        Assert.Equal(
            2,
            _harness.Log.All.Count(line => line.Contains("was removed or replaced while its queues were in use", StringComparison.Ordinal)
                && line.Contains("what stands there now is opened", StringComparison.Ordinal)));
        Assert.False(File.Exists(FilePath + "-reopen"));
        var third = await Harness.OpenAsync();
        Assert.NotNull(await third.Administration.GetStatusAsync(Main, Token));
    }

    [Fact]
    public async Task Nothing_is_called_accepted_that_went_to_a_file_which_is_no_more()
    {
        await DeclareAsync("main");
        for (var round = 0; round < 20; round++)
        {
            File.Delete(FilePath);
            var error = await Assert.ThrowsAsync<ServiceUnavailableException>(() => SendAsync("lost"));
            Assert.Contains("was removed or replaced", error.Message, StringComparison.Ordinal);
            Assert.Contains("was removed or replaced", Transport.Trouble, StringComparison.Ordinal);
            await DeclareAsync("main");
            Assert.Null(Transport.Trouble);
            await SendAsync("kept");
            Assert.Equal(1, (await StatusAsync())!.Waiting);
        }
    }

    [Fact]
    public async Task What_was_accepted_while_it_was_replaced_again_and_again_was_in_one_of_the_files()
    {
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received.HandleAsync, concurrency: 4, prefetch: 8, transport: await Harness.OpenAsync());
        for (var round = 0; round < 10; round++)
        {
            await LoseAsync(round % 2 == 0 ? "removed" : "emptied");
            await Eventually.TrueAsync(() => AcceptedAsync("first" + round), "it is accepted");
            foreach (var i in Enumerable.Range(0, 5)) await SendAsync($"{round}.{i}");
            await Eventually.TrueAsync(
                () => Task.FromResult(Enumerable.Range(0, 5).All(i => received.Texts.Contains($"{round}.{i}"))), "all of it came");
        }
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("emptied")]
    public async Task Calls_meet_on_the_file_that_is_there_now(string loss)
    {
        var tree = new MemoryTree();
        using var service = Application(tree, "service");
        using var caller = Application(tree, "caller");
        await service.StartAsync(Token);
        await caller.StartAsync(Token);
        var cellar = caller.Services.GetRequiredService<IFan>().Get<ICellar>();
        await Eventually.TrueAsync(() => AnswersAsync(cellar), "it answers");
        await LoseAsync(loss);
        await Eventually.TrueAsync(() => AnswersAsync(cellar), "it answers again");
        await caller.StopAsync(Token);
        await service.StopAsync(Token);

        IHost Application(MemoryTree nodes, string name)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            var fan = builder.Services.AddFan(options => (options.Name, options.DefaultTimeout) = (name, TimeSpan.FromSeconds(5)))
                .UseStore(_ => new MemoryCoordinationStore(nodes))
                .AddDatabase(
                    options => (options.Sqlite, options.ServeCalls, options.CallLease) = (FilePath, true, TimeSpan.FromSeconds(2)));
            if (name == "service") fan.AddService<ICellar>(_ => new Cellar());
            return builder.Build();
        }
    }

    private static async Task<bool> AnswersAsync(ICellar cellar)
    {
        try
        {
            return (await cellar.TextOfAsync(3)).Length == 3;
        }
        catch (FanException)
        {
            return false;
        }
    }

    private async Task<int> StatusOfAllAsync()
    {
        try
        {
            return (await StatusAsync() is null ? 0 : 1) + (await StatusAsync("here") is null ? 0 : 1);
        }
        catch (ServiceUnavailableException)
        {
            return 0;
        }
    }

    private async Task<bool> AcceptedAsync(string text)
    {
        try
        {
            await SendAsync(text);
            return true;
        }
        catch (Exception error) when (error is ServiceUnavailableException or NoSuchServiceException)
        {
            return false;
        }
    }

    private async Task LoseAsync(string loss)
    {
        switch (loss)
        {
            case "removed":
                File.Delete(FilePath);
                break;
            case "removed with its log":
                foreach (var file in Directory.GetFiles(_harness.Folder)) File.Delete(file);
                break;
            case "removed with its folder":
                Directory.Delete(_harness.Folder, recursive: true);
                break;
            case "moved away":
                File.Move(FilePath, FilePath + ".away");
                break;
            case "emptied":
                await using (new FileStream(FilePath, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite)) { }
                break;
            default:
                var other = Path.Combine(_harness.Folder, "other.db");
                await using (var connection = new SqliteConnection($"Data Source={other};Pooling=False"))
                {
                    await connection.OpenAsync(Token);
                    await using var command = connection.CreateCommand();
                    command.CommandText = "CREATE TABLE shop (id INTEGER PRIMARY KEY)";
                    await command.ExecuteNonQueryAsync(Token);
                }

                File.Move(other, FilePath, overwrite: true);
                break;
        }
    }
}
