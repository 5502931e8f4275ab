using System.Diagnostics;
using System.Runtime.InteropServices;
using Fan.Conformance;

namespace Fan.EndToEnd.Tests;

/// <summary>The samples end as programs of a deployment do: when they are told to, with all their processes.</summary>
public sealed partial class SampleEndTests : IDisposable
{
    private const int Interrupt = 2;
    private const int KillAtOnce = 9;
    private const int Terminate = 15;

    private readonly string _folder = Directory.CreateTempSubdirectory("fan-ends-").FullName;
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(Terminate)]
    [InlineData(Interrupt)]
    public async Task The_wine_store_ends_with_its_services_while_it_serves(int signal)
    {
        var store = Start("env", "--default-signal=INT", "dotnet", ProgramOf("WineStore"), "--store", $"sqlite:{_folder}/fan.db");
        await ReadUntilAsync(store, "Serving until");
        var all = Descendants(store.Id);
        Assert.Equal(5, all.Count);
        Assert.Equal(0, Signal(store.Id, signal));
        await store.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(0, store.ExitCode);
        await GoneAsync(all);
    }

    [Fact]
    public async Task So_it_does_under_dotnet_run_and_in_the_middle_of_its_story()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.Parent!.FullName;
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var run = Start(
            "dotnet",
            "run",
            "--no-build",
            "-c",
            configuration,
            "--project",
            Path.Combine(root, "samples", "WineStore"),
            "--",
            "--store",
            $"sqlite:{_folder}/fan.db");
        await Eventually.TrueAsync(() => Task.FromResult(Descendants(run.Id).Count >= 4), "it and its services run");
        var all = Descendants(run.Id);
        Assert.Equal(0, Signal(run.Id, Terminate));
        await run.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        await GoneAsync(all);
    }

    [Fact]
    public async Task Its_services_end_when_it_is_killed()
    {
        var store = Start("dotnet", ProgramOf("WineStore"), "--store", $"sqlite:{_folder}/fan.db");
        await Eventually.TrueAsync(() => Task.FromResult(Descendants(store.Id).Count >= 3), "its services run");
        var all = Descendants(store.Id);
        Assert.Equal(0, Signal(store.Id, KillAtOnce));
        await GoneAsync(all);
    }

    [Theory]
    [InlineData("WineStore.Retail")]
    [InlineData("WineStore.Integrations")]
    [InlineData("WineStore.LightspeedSync")]
    public async Task A_service_ends_by_itself_though_its_parent_lives(string name)
    {
        var service = Start("dotnet", ProgramOf(name));
        await ReadUntilAsync(service, "ready");
        Assert.Equal(0, Signal(service.Id, Terminate));
        await service.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(0, service.ExitCode);
    }

    private static string ProgramOf(string name)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(output.Parent!.Parent!.FullName, name, output.Name, name + ".dll");
    }

    private static async Task ReadUntilAsync(Process process, string beginning)
    {
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Deadline) is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal)) return;
        }

        Assert.Fail($"It ended before it said '{beginning}'.");
    }

    private static Task GoneAsync(List<int> processes) =>
        Eventually.TrueAsync(() => Task.FromResult(processes.TrueForAll(id => StateOf(id) is null or 'Z')), "all processes have ended");

    private static List<int> Descendants(int id)
    {
        var parents = Directory.GetDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var one) ? one : 0)
            .Where(one => one > 0).Select(one => (Id: one, Parent: ParentOf(one))).ToList();
        var found = new List<int>();
        for (var above = new Queue<int>([id]); above.TryDequeue(out var next);)
        {
            foreach (var (child, _) in parents.Where(pair => pair.Parent == next))
            {
                found.Add(child);
                above.Enqueue(child);
            }
        }

        return found;
    }

    private static int ParentOf(int id) =>
        FieldsOf(id) is [_, var parent, ..] ? int.Parse(parent, System.Globalization.CultureInfo.InvariantCulture) : 0;

    private static char? StateOf(int id) => FieldsOf(id) is [var state, ..] ? state[0] : null;

    // What stands behind the name of the program.
    private static string[] FieldsOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        start.Environment["FAN_STORE"] = $"sqlite:{_folder}/fan.db";
        start.Environment["WINESTORE_END_WITH_PARENT"] = "1";
        var process = Process.Start(start)!;
        _started.Add(process);
        // Nobody is held up by what is not read.
        process.BeginErrorReadLine();
        return process;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int pid, int signal);
}
