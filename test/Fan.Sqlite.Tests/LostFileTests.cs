using Fan.Conformance;
using Fan.Coordination;
using Microsoft.Data.Sqlite;

namespace Fan.Sqlite.Tests;

/// <summary>
/// A file that is removed, replaced or emptied under the processes that use it: all of them are on the one that stands there now, with new
/// sessions, and say so.
/// </summary>
public sealed class LostFileTests : IAsyncLifetime
{
    private readonly SqliteHarness _harness = new("2s");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    public static TheoryData<string> Losses =>
        ["removed", "removed with its log", "replaced", "moved away", "emptied", "removed with its folder"];

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task All_meet_on_the_file_that_is_there_now(string loss)
    {
        var (one, two) = (await _harness.OpenAsync(), await _harness.OpenAsync());
        await one.CommitAsync([new StoreOperation.Create("/before")], Token);
        await two.CommitAsync([new StoreOperation.Create("/own", default, NodeKind.Ephemeral)], Token);
        var (firstSession, secondSession) = (one.SessionId, two.SessionId);
        var transaction = (await one.GetAsync("/own", Token))!.CreatedTransaction;
        await using var states = two.WatchSessionAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await states.MoveNextAsync());
        await using var events = two.WatchAsync("/after", Token).GetAsyncEnumerator(Token);
        Assert.True(await events.MoveNextAsync());

        await LoseAsync(loss);
        Assert.True(await states.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline, Token));
        Assert.Equal(SessionState.Expired, states.Current);
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline, Token));
        Assert.Equal(StoreEventKind.Resync, events.Current.Kind);
        await Eventually.TrueAsync(async () => await Record.ExceptionAsync(async () => await one.CommitAsync(
            [new StoreOperation.Create("/after")], Token)) is null or StoreConflictException, "it can be written again");
        Assert.NotNull(await two.GetAsync("/after", Token));
        Assert.Null(await two.GetAsync("/before", Token));
        Assert.Null(await two.GetAsync("/own", Token));
        Assert.Equal((SessionState.Connected, SessionState.Connected), (one.State, two.State));
        Assert.True(one.SessionId > firstSession && two.SessionId > secondSession && one.SessionId != two.SessionId);
        Assert.True((await two.GetAsync("/after", Token))!.CreatedTransaction > transaction, "tokens go on growing");
        // Each sees what the other writes: they have one log.
        for (var i = 0; i < 10; i++)
        {
            await (i % 2 == 0 ? one : two).CommitAsync([new StoreOperation.Create("/more" + i)], Token);
            Assert.NotNull(await (i % 2 == 0 ? two : one).GetAsync("/more" + i, Token));
        }

        await using (var third = new SqliteCoordinationStore(SqliteStoreUrl.Parse(_harness.Url), TimeProvider.System))
        {
            await third.OpenAsync(Token);
            Assert.NotNull(await third.GetAsync("/more9", Token));
        }

        // Nothing of the exchange is left.
        Assert.False(File.Exists(_harness.FilePath + "-reopen"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_opens_a_replaced_file_first_takes_no_log_of_the_one_before(bool looksOnly)
    {
        var store = await _harness.OpenAsync();
        await store.CommitAsync([new StoreOperation.Create("/before")], Token);
        for (var round = 0; round < 10; round++)
        {
            await LoseAsync("replaced");
            var url = SqliteStoreUrl.Parse(_harness.Url);
            var file = new StoreFile(url.FilePath, url.Lease, TimeProvider.System) { MustExist = looksOnly };
            await using var newcomer = new SqliteCoordinationStore(
                url, file, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            await Eventually.TrueAsync(async () => await Record.ExceptionAsync(() => newcomer.OpenAsync(Token)) is null, "it is open");
            Assert.Null(await newcomer.GetAsync("/before", Token));
            await Eventually.TrueAsync(async () => await Record.ExceptionAsync(async () => await newcomer.CommitAsync(
                [new StoreOperation.Create("/after")], Token)) is null or StoreConflictException, "it can be written");
            await Eventually.TrueAsync(async () => await Record.ExceptionAsync(async () => await store.GetAsync("/after", Token)) is null
                && await store.GetAsync("/after", Token) is not null, "both are on one file");
            await store.CommitAsync([new StoreOperation.Create("/before")], Token);
            Assert.NotNull(await newcomer.GetAsync("/before", Token));
        }
    }

    [Fact]
    public async Task Nothing_is_called_written_that_went_to_a_file_which_is_no_more()
    {
        var store = await _harness.OpenAsync();
        for (var round = 0; round < 20; round++)
        {
            File.Delete(_harness.FilePath);
            // The store may have looked meanwhile, and be on the next file already.
            var error = await Record.ExceptionAsync(async () => await store.CommitAsync([new StoreOperation.Create("/x" + round)], Token));
            if (error is null) Assert.NotNull(await store.GetAsync("/x" + round, Token));
            else Assert.IsType<StoreUnavailableException>(error);
            await store.CommitAsync([new StoreOperation.Create("/y" + round)], Token);
            Assert.NotNull(await store.GetAsync("/y" + round, Token));
        }
    }

    [Fact]
    public async Task What_only_looks_makes_no_file()
    {
        var url = SqliteStoreUrl.Parse(_harness.Url);
        await _harness.OpenAsync();
        var file = new StoreFile(url.FilePath, url.Lease, TimeProvider.System) { MustExist = true };
        await using var tool = new SqliteCoordinationStore(
            url, file, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await tool.OpenAsync(Token);
        await _harness.DisposeAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await tool.GetAsync("/", Token));
        Assert.False(File.Exists(url.FilePath));
        Directory.CreateDirectory(_harness.Folder);
    }

    [Fact]
    public void A_process_is_taken_for_gone_only_where_that_is_certain()
    {
        var self = ProcessIdentity.Current;
        Assert.False(self.IsGone(self));
        Assert.True((self with { Started = "1" }).IsGone(self));
        Assert.True((self with { Pid = int.MaxValue }).IsGone(self));
        Assert.False((self with { Boot = "another", Pid = int.MaxValue }).IsGone(self));
        Assert.False((self with { Space = "another", Pid = int.MaxValue }).IsGone(self));
        Assert.False((self with { Started = "" }).IsGone(self));
    }

    private async Task LoseAsync(string loss)
    {
        var path = _harness.FilePath;
        switch (loss)
        {
            case "removed":
                File.Delete(path);
                break;
            case "removed with its log":
                foreach (var file in Directory.GetFiles(_harness.Folder)) File.Delete(file);
                break;
            case "removed with its folder":
                Directory.Delete(_harness.Folder, recursive: true);
                break;
            case "moved away":
                File.Move(path, path + ".away");
                break;
            case "emptied":
                await using (new FileStream(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite)) { }
                break;
            default:
                var other = Path.Combine(_harness.Folder, "other.db");
                await using (var store = new SqliteCoordinationStore(SqliteStoreUrl.Parse("sqlite:" + other), TimeProvider.System))
                {
                    await store.OpenAsync(Token);
                }
                await using (var connection = new SqliteConnection($"Data Source={other};Pooling=False"))
                {
                    await connection.OpenAsync(Token);
                    await using var command = connection.CreateCommand();
                    command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
                    await command.ExecuteNonQueryAsync(Token);
                }

                File.Move(other, path, overwrite: true);
                break;
        }
    }
}
