using System.Globalization;

namespace Fan.ZooKeeper;

/// <summary>What a server says of itself in answer to <c>srvr</c>; what it does not say is null.</summary>
internal sealed record ServerReport(string? Mode, string? Version, string? Latency, int? Connections, int? Outstanding, long? Zxid)
{
    /// <summary>Why there is no report: the server's own words; null where there is one.</summary>
    public string? Refusal { get; private init; }

    public bool IsNotAllowed => Refusal?.Contains("not in the whitelist", StringComparison.Ordinal) == true;

    public bool Leads => Mode is "leader" or "standalone";

    /// <summary>How many transactions went through the epoch, and the epoch, as ZooKeeper numbers them.</summary>
    public static (int Epoch, uint Count) Split(long zxid) => ((int)(zxid >> 32), (uint)zxid);

    public static ServerReport Parse(string answer)
    {
        var lines = answer.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon) said.TryAdd(line[..colon], line[(colon + 2)..]);
        }

        var version = said.GetValueOrDefault("Zookeeper version");
        return new ServerReport(
            said.GetValueOrDefault("Mode"),
            version?.Split('-', ',')[0],
            said.GetValueOrDefault("Latency min/avg/max"),
            Number(said.GetValueOrDefault("Connections")),
            Number(said.GetValueOrDefault("Outstanding")),
            ReadZxid(said.GetValueOrDefault("Zxid")))
        {
            Refusal = version is not null ? null : lines.Length == 0 ? "it closed the connection without an answer" : lines[0],
        };
    }

    /// <summary>One of the numbers in an answer to <c>mntr</c>; null where it is not in it.</summary>
    public static int? ReadCounter(string answer, string name)
    {
        foreach (var line in answer.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Split('\t') is [var key, var value] && key == name) return Number(value.Split('.')[0]);
        }

        return null;
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? ReadZxid(string? text) =>
        text?.StartsWith("0x", StringComparison.Ordinal) == true
            && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
