using System.Reflection;

namespace Fan.Cli.Output;

/// <summary>Which builds are at work.</summary>
internal static class ToolVersion
{
    public static string Tool { get; } = Of(typeof(ToolVersion).Assembly);

    public static string Library { get; } = Of(typeof(IFan).Assembly);

    // Without the commit that the build appends.
    private static string Of(Assembly assembly) =>
        (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? assembly.GetName().Version?.ToString()
            ?? "unknown").Split('+')[0];
}
