using System.Diagnostics;
using System.Runtime.Versioning;
using Fan.Coordination;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Sqlite.Tests;

/// <summary>The store that nobody named: nobody else reads it, and nobody else can have put it there.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DefaultPlaceTests : IDisposable
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnly = OwnerReadsAndWrites | UnixFileMode.UserExecute;

    private readonly string _data = Directory.CreateTempSubdirectory("fan-default-").FullName;

    private string File => Path.Combine(_data, "fan", "fan.db");

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Theory]
    [InlineData("/data", "/home/me", "/data/fan/fan.db")]
    [InlineData(null, "/home/me", "/home/me/.local/share/fan/fan.db")]
    [InlineData("", "/home/me", "/home/me/.local/share/fan/fan.db")]
    [InlineData("relative", "/home/me", "/home/me/.local/share/fan/fan.db")]
    public void It_is_in_the_users_own_data(string? data, string? home, string path) => Assert.Equal(path, Find(data, home));

    [Theory]
    [InlineData("/")]
    [InlineData("relative")]
    public void Without_a_home_it_is_refused_and_never_shared(string home)
    {
        var error = Assert.Throws<FormatException>(() => Find(null, home));
        Assert.Contains("name another store with Fan:Store or FAN_STORE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_folder_and_files_are_the_users_alone()
    {
        await using var store = Create();
        await store.OpenAsync(TestContext.Current.CancellationToken);
        await store.CommitAsync([new StoreOperation.Create("/x")], TestContext.Current.CancellationToken);
        Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(Path.GetDirectoryName(File)!));
        var files = Directory.GetFiles(Path.GetDirectoryName(File)!, "fan.db*");
        Assert.Contains(File, files);
        Assert.All(files, file => Assert.Equal(OwnerReadsAndWrites, System.IO.File.GetUnixFileMode(file) & ~UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task A_folder_that_was_there_stays_as_it_is_and_a_file_is_closed()
    {
        const UnixFileMode Readable =
            OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(Path.GetDirectoryName(File)!, Readable);
        await using (var old = new SqliteCoordinationStore(SqliteStoreUrl.Parse("sqlite:" + File), TimeProvider.System))
        {
            await old.OpenAsync(TestContext.Current.CancellationToken);
        }
        System.IO.File.SetUnixFileMode(File, OwnerReadsAndWrites | UnixFileMode.OtherRead);
        await using var store = Create();
        await store.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            (Readable, OwnerReadsAndWrites),
            (System.IO.File.GetUnixFileMode(Path.GetDirectoryName(File)!), System.IO.File.GetUnixFileMode(File)));
    }

    [Fact]
    public async Task A_folder_that_others_can_write_is_refused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.SetUnixFileMode(Path.GetDirectoryName(File)!, OwnerOnly | UnixFileMode.GroupWrite);
        await RefusedAsync("can be written by other users");
    }

    [Fact]
    public async Task A_folder_of_another_user_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only the superuser can give a folder away.");
        Directory.CreateDirectory(Path.GetDirectoryName(File)!, OwnerOnly);
        using (var chown = Process.Start("chown", ["65534", Path.GetDirectoryName(File)!]))
        {
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        await RefusedAsync("belongs to another user");
    }

    private static string Find(string? data, string? home) =>
        DefaultPlace.Find(name => name == "HOME" ? home : name == "XDG_DATA_HOME" ? data : null);

    private SqliteCoordinationStore Create()
    {
        var url = SqliteStoreUrl.Parse("sqlite:" + File);
        return new(
            url,
            new StoreFile(url.FilePath, url.Lease, TimeProvider.System) { IsDefault = true },
            TimeProvider.System,
            NullLogger.Instance);
    }

    private async Task RefusedAsync(string reason)
    {
        await using var store = Create();
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(File)!));
    }
}
