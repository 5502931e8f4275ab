using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Fan.Cli.Tests;

/// <summary>What only a process of its own shows: signals, pipes that close, exit codes.</summary>
public sealed partial class ProcessTests : IAsyncLifetime
{
    private const int Interrupt = 2;

    private readonly Place _place = new();
    private readonly Cellar _cellar = new();

    public async ValueTask InitializeAsync() => await _place.StartCellarAsync(_cellar);

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task Ctrl_c_cancels_the_call_and_ends_with_130()
    {
        using var tool = Start(Tool, "call", "cellar.wait");
        await _cellar.Waiting.Task.WaitAsync(Fan.Conformance.Eventually.Deadline);
        Assert.Equal(0, Signal(tool.Id, Interrupt));
        Assert.Equal((130, "", ""), await EndAsync(tool));
        // Ended by the tool, not by the system: its session with the store is closed already.
        Assert.Equal(1L, await SessionsAsync());
        await _cellar.Ended.Task.WaitAsync(Fan.Conformance.Eventually.Deadline);
    }

    [Fact]
    public async Task A_change_that_is_interrupted_says_what_it_left()
    {
        (await _place.RunAsync("switch", "cellar=1.2.0")).Succeeded();
        await _place.PutAsync(
            "/fan/apps/app_9999999999",
            """{"application": "sleeper", "instance": "x", "applied": 2, "oldest": 2, "hosts": [], "needs": []}""",
            ephemeral: true);
        using var tool = Start(Tool, "switch", "cellar=*");
        var told = await tool.StandardError.ReadLineAsync(
            TestContext.Current.CancellationToken).AsTask().WaitAsync(Fan.Conformance.Eventually.Deadline);
        Assert.StartsWith("commit 3 is made: ", told, StringComparison.Ordinal);
        Assert.Equal(0, Signal(tool.Id, Interrupt));
        Assert.Equal((130, "", "fan: Interrupted: commit 3 is made and stays; 'fan revert 3' undoes it.\n"), await EndAsync(tool));
    }

    [Fact]
    public async Task A_change_goes_on_when_nobody_reads_of_it_any_more()
    {
        (await _place.RunAsync("switch", "cellar=1.2.0")).Succeeded();
        using var shell = Start(
            "bash", "-c", "\"$0\" \"$1\" switch cellar='*' 2>&1 >/dev/null | true; echo ${PIPESTATUS[0]}", "dotnet", Tool);
        Assert.Equal((0, "0\n", ""), await EndAsync(shell));
        Assert.Equal(3, (await _place.RunAsync("show", "--json")).Succeeded().Json.GetProperty("commit").GetInt32());
    }

    [Fact]
    public async Task A_reader_that_leaves_ends_the_sequence_quietly()
    {
        using var shell = Start(
            "bash", "-c", "\"$0\" \"$1\" call cellar.count to=100000000 | head -n 2; echo ${PIPESTATUS[0]}", "dotnet", Tool);
        Assert.Equal((0, "1\n2\n0\n", ""), await EndAsync(shell));
        await _cellar.Ended.Task.WaitAsync(Fan.Conformance.Eventually.Deadline);
    }

    [Fact]
    public async Task Output_that_was_never_open_does_no_harm()
    {
        using var shell = Start("bash", "-c", "\"$0\" \"$1\" call cellar.get id=7 >&-; echo $?", "dotnet", Tool);
        Assert.Equal((0, "0\n", ""), await EndAsync(shell));
    }

    [Fact]
    public async Task Input_that_was_never_open_is_told_and_not_waited_for()
    {
        using var shell = Start("bash", "-c", "\"$0\" \"$1\" call cellar.echo text=- <&-; echo $?", "dotnet", Tool);
        Assert.Equal((0, "2\n", "fan: Standard input can't be read: it is closed. [usage]\n"), await EndAsync(shell));
    }

    [Fact]
    public async Task Empty_input_is_an_empty_text()
    {
        using var shell = Start("bash", "-c", "\"$0\" \"$1\" call cellar.echo text=- </dev/null", "dotnet", Tool);
        Assert.Equal((0, "\"\"\n", ""), await EndAsync(shell));
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("call cellar.count to=100000")]
    [InlineData("doctor")]
    [InlineData("--version")]
    [InlineData("--help")]
    public async Task Output_that_can_not_be_written_is_told_in_one_line(string line)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "The system has no device that is always full.");
        using var shell = Start("bash", "-c", "\"$0\" \"$1\" $2 >/dev/full; echo $?", "dotnet", Tool, line);
        Assert.Equal((0, "1\n", "fan: The output can't be written: No space left on device. [output]\n"), await EndAsync(shell));
    }

    [Fact]
    public async Task An_error_that_can_not_be_told_still_has_its_code()
    {
        using var shell = Start(
            "bash", "-c", "\"$0\" \"$1\" info absent 2>/dev/full; echo $?; \"$0\" \"$1\" info absent 2>&-; echo $?", "dotnet", Tool);
        Assert.Equal((0, "1\n1\n", ""), await EndAsync(shell));
    }

    [Fact]
    public async Task Without_a_store_of_the_user_nothing_is_made()
    {
        using var shell = Start(
            "bash",
            "-c",
            "unset FAN_STORE; XDG_DATA_HOME=\"$2\" \"$0\" \"$1\" ls; echo $?; HOME=/ XDG_DATA_HOME= \"$0\" \"$1\" ls; echo $?",
            "dotnet",
            Tool,
            Path.Combine(_place.Folder, "data"));
        var (_, output, error) = await EndAsync(shell);
        Assert.Equal("3\n2\n", output);
        Assert.Contains($"There is no store at '{_place.Folder}/data/fan/fan.db'", error, StringComparison.Ordinal);
        Assert.Contains(
            "There is no place for the default store, as the user has no home: name another store with Fan:Store or FAN_STORE. [usage]",
            error,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_place.Folder, "data")));
    }

    [Fact]
    public async Task Outputs_that_are_appended_to_one_file_do_not_overwrite_each_other()
    {
        using var shell = Start(
            "bash",
            "-c",
            "(\"$0\" \"$1\" call cellar.echo text=one; \"$0\" \"$1\" call cellar.echo text=two) > \"$2\"; cat \"$2\"",
            "dotnet",
            Tool,
            Path.Combine(_place.Folder, "out"));
        Assert.Equal((0, "\"one\"\n\"two\"\n", ""), await EndAsync(shell));
    }

    [Fact]
    public async Task Arguments_and_input_arrive_untouched()
    {
        using var tool = Start(Tool, "call", "cellar.echo", "text=-");
        await tool.StandardInput.WriteAsync("žluťoučký \"kůň\" $(x) 🍷");
        tool.StandardInput.Close();
        Assert.Equal((0, "\"žluťoučký \\\"kůň\\\" $(x) 🍷\"\n", ""), await EndAsync(tool));
    }

    // Beside this project's output, in the same configuration.
    private static string Tool
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(output.Parent!.Parent!.FullName, "Fan.Cli", output.Name, "Fan.Cli.dll");
        }
    }

    private Process Start(string program, params string[] args)
    {
        // What runs in the background of a shell has Ctrl-C ignored, and so have its children.
        var (file, arguments) = program == Tool ? ("env", ["--default-signal=INT", "dotnet", program, .. args]) : (program, args);
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        start.Environment["FAN_STORE"] = _place.StoreUrl;
        return Process.Start(start)!;
    }

    /// <summary>Who is in the store.</summary>
    private async Task<object?> SessionsAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={_place.StoreUrl["sqlite:".Length..]};Pooling=False");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sessions";
        return await command.ExecuteScalarAsync();
    }

    private static async Task<(int Code, string Out, string Error)> EndAsync(Process process)
    {
        using var deadline = new CancellationTokenSource(Fan.Conformance.Eventually.Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int pid, int signal);
}
