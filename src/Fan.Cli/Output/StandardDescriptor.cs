using System.Globalization;

namespace Fan.Cli.Output;

/// <summary>Standard input, output and error of the process as it was started.</summary>
internal static class StandardDescriptor
{
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// Whether the process was given it. One that was closed (<c>&lt;&amp;-</c>) is taken by the next file that the runtime opens: reading
    /// it waits for ever, and what is written goes there.
    /// </summary>
    public static bool IsOpen(int descriptor)
    {
        try
        {
            // What came with the start of the program can't have the mark that closes it there, and what the runtime opens has it.
            var flags = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{descriptor}"))
                .First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            // Other systems do not tell.
            return !OperatingSystem.IsLinux() || !Directory.Exists("/proc/self/fdinfo") || File.Exists($"/proc/self/fd/{descriptor}");
        }
    }
}
