using Fan.Coordination;
using Microsoft.Data.Sqlite;

namespace Fan.Sqlite.Tests;

/// <summary>Files that can't be used, and what is said of each.</summary>
public sealed class BadFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fan-bad-").FullName;

    private string FilePath => Path.Combine(_folder, "fan.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "must begin with 'sqlite:'")]
    [InlineData("sqlite:", "names no file")]
    [InlineData("sqlite:a?session=0s", "from 1s to 3600s")]
    [InlineData("sqlite:a?session=soon", "from 1s to 3600s; it is 'soon'")]
    [InlineData("sqlite:a?colour=red", "option 'colour' that is not known")]
    public void A_url_that_breaks_the_form_names_the_place(string url, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => SqliteStoreUrl.Parse(url)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_url_has_a_path_and_a_session()
    {
        Assert.Equal(
            ("/x/fan.db", TimeSpan.FromSeconds(10)),
            (SqliteStoreUrl.Parse("sqlite:/x/fan.db").FilePath, SqliteStoreUrl.Parse("sqlite:/x/fan.db").Lease));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), SqliteStoreUrl.Parse("sqlite:///x/fan.db?session=1500ms").Lease);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_left_alone()
    {
        var text = string.Concat(Enumerable.Repeat("this is not a database. ", 100));
        await File.WriteAllTextAsync(FilePath, text, TestContext.Current.CancellationToken);
        await FailsAsync("is no SQLite file");
        Assert.Equal(text, await File.ReadAllTextAsync(FilePath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_database_of_somebody_else_is_left_alone()
    {
        await ExecuteAsync("CREATE TABLE accounts (id INTEGER)");
        await FailsAsync("is a database of something else");
    }

    [Fact]
    public async Task A_file_of_a_later_version_is_left_alone()
    {
        await using (await OpenAsync())
        {
        }

        await ExecuteAsync("PRAGMA user_version = 99");
        await FailsAsync("was written by a later Fan");
    }

    [Fact]
    public async Task A_corrupt_file_is_told_from_others()
    {
        await using (var store = await OpenAsync())
        {
            for (var i = 0; i < 50; i++)
            {
                await store.CommitAsync([new StoreOperation.Create("/n" + i, new byte[4000])], TestContext.Current.CancellationToken);
            }
        }

        await ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        await using (var file = File.OpenWrite(FilePath))
        {
            file.Position = 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0x5a, (int)file.Length - 4096).ToArray(), TestContext.Current.CancellationToken);
        }

        await FailsAsync("is corrupt");
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_file_is_told()
    {
        Directory.CreateDirectory(FilePath);
        await FailsAsync("it is a folder");
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_made()
    {
        await using var store = new SqliteCoordinationStore(SqliteStoreUrl.Parse($"sqlite:{_folder}/deep/er/fan.db"), TimeProvider.System);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(SessionState.Connected, store.State);
    }

    [Fact]
    public async Task A_file_that_another_process_locks_for_too_long_fails_the_request_and_works_again_afterwards()
    {
        await using var store = await OpenAsync();
        using (var other = new SqliteConnection($"Data Source={FilePath};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction(deferred: false);
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(
                async () => await store.CommitAsync([new StoreOperation.Create("/a")], TestContext.Current.CancellationToken));
            Assert.Contains("is locked by another process", error.Message, StringComparison.Ordinal);
            Assert.Equal(SessionState.Disconnected, store.State);
            // Who only reads is not held up.
            Assert.NotNull(await store.GetAsync("/", TestContext.Current.CancellationToken));
        }

        await Fan.Conformance.Eventually.TrueAsync(
            async () => await Record.ExceptionAsync(async () => await store.CommitAsync([new StoreOperation.Create("/b")])) is null
                or StoreConflictException,
            "writing works again");
        Assert.Equal(SessionState.Connected, store.State);
    }

    private async Task<SqliteCoordinationStore> OpenAsync()
    {
        var store = new SqliteCoordinationStore(SqliteStoreUrl.Parse("sqlite:" + FilePath), TimeProvider.System);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }

    private async Task FailsAsync(string message)
    {
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(OpenAsync);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
