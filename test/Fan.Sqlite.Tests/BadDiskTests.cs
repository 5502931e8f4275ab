using System.Diagnostics;

namespace Fan.Sqlite.Tests;

/// <summary>A disk that is full, and one that can't be written: a file system of its own, which only the worker sees.</summary>
public sealed class BadDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fan-disk-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_full_disk_is_told_loses_nothing_and_is_survived()
    {
        var lines = await RunAsync("$run fill");
        Assert.Equal($"The disk of the store file '{_folder}/fan.db' is full.", lines[0]);
        Assert.Equal("goes on", lines[1]);
    }

    [Fact]
    public async Task A_disk_that_cannot_be_written_is_told()
    {
        var lines = await RunAsync("$run fill; mount -o remount,ro disk \"$folder\"; $run hold");
        Assert.Equal(
            $"The store file '{_folder}/fan.db' can't be opened: its folder is read-only here, and this user needs to write it.", lines[2]);
    }

    private async Task<string[]> RunAsync(string script)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var worker = Path.Combine(output.Parent!.Parent!.FullName, "Fan.Sqlite.Worker", output.Name, "Fan.Sqlite.Worker.dll");
        var setUp =
            "mount -t tmpfs -o size=2m disk \"$folder\" || exit 9; head -c 1000000 /dev/zero > \"$folder/ballast\"; " +
            "run() { dotnet \"$worker\" \"$1\" \"sqlite:$folder/fan.db\" node; }; ";
        var start = new ProcessStartInfo(
            "unshare",
            ["--user", "--map-root-user", "--mount", "sh", "-c", setUp + script.Replace("$run", "run", StringComparison.Ordinal)])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["folder"] = _folder, ["worker"] = worker },
        };
        using var process = Process.Start(start)!;
        var lines = await process.StandardOutput.ReadToEndAsync().WaitAsync(Fan.Conformance.Eventually.Deadline);
        await process.WaitForExitAsync();
        Assert.NotEqual(9, process.ExitCode);
        return lines.Split('\n');
    }
}
