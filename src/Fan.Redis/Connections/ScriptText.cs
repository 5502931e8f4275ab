using System.Reflection;

namespace Fan.Redis.Connections;

/// <summary>The scripts of this assembly: files with the ending <c>.lua</c>, each run by the server in one step.</summary>
internal static class ScriptText
{
    public static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script '{name}' is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
