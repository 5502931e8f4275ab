using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fan.Generators.Tests.Compiling;

/// <summary>The compiler of the SDK in a process of its own: what ends it would end the tests too.</summary>
internal static class CompilerProcess
{
    /// <summary>Compiles a source with the generator, and fails where the compiler does not end by itself.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string source)
    {
        var folder = Directory.CreateTempSubdirectory("fan-compiler");
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "Usings.cs"), ContractCompilation.Usings, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Source1.cs"), source, TestContext.Current.CancellationToken);
            await File.WriteAllLinesAsync(Path.Combine(folder.FullName, "all.rsp"), Arguments(), TestContext.Current.CancellationToken);
            var start = new ProcessStartInfo(
                Path.Combine(Root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), ["exec", Compiler, "-noconfig", "@all.rsp"])
            {
                WorkingDirectory = folder.FullName,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                // A core of a process that ended so is of no use to anybody.
                Environment = { ["DOTNET_DbgEnableMiniDump"] = "0" },
            };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            var told = await errors;
            Assert.True(
                process.ExitCode is 0 or 1,
                $"The compiler ended by itself ({process.ExitCode}): {told[..Math.Min(told.Length, 300)]}\n{source}");
            return await output;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The framework stands in root/shared/Microsoft.NETCore.App/version/.
    private static string Root => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static string Compiler =>
        Directory.GetDirectories(Path.Combine(Root, "sdk"))
            .Where(sdk => Version.TryParse(Path.GetFileName(sdk), out _))
            .MaxBy(sdk => Version.Parse(Path.GetFileName(sdk)))
            is { } newest
                ? Path.Combine(newest, "Roslyn", "bincore", "csc.dll")
                : throw new InvalidOperationException($"'{Root}' has no SDK.");

    private static IEnumerable<string> Arguments() =>
    [
        "-target:library", "-out:Compiled.dll", "-langversion:14", "-nullable:enable", "-unsafe", "-nologo", "-nostdlib",
        $"-analyzer:\"{typeof(ServiceGenerator).Assembly.Location}\"",
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => $"-reference:\"{path}\""),
        "Usings.cs", "Source1.cs",
    ];
}
