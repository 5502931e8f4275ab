using System.Text.Json.Serialization;

namespace Fan.Cli.Health;

/// <summary>How a check ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckStatus>))]
internal enum CheckStatus
{
    [JsonStringEnumMemberName("ok")]
    Ok,

    [JsonStringEnumMemberName("warning")]
    Warning,

    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Status">How it is.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Advice">What to do; null where there is nothing to do.</param>
internal sealed record Check(string Name, CheckStatus Status, string Detail, string? Advice = null)
{
    public static Check Ok(string name, string detail) => new(name, CheckStatus.Ok, detail);

    public static Check Warning(string name, string detail, string advice) => new(name, CheckStatus.Warning, detail, advice);

    public static Check Failed(string name, string detail, string? advice = null) => new(name, CheckStatus.Failed, detail, advice);
}

/// <summary>All checks.</summary>
/// <param name="Status">The worst of them.</param>
/// <param name="Checks">In the order in which they were made.</param>
internal sealed record DoctorReport(CheckStatus Status, IReadOnlyList<Check> Checks)
{
    /// <summary>The nodes that were removed; null where none were to be.</summary>
    public IReadOnlyList<string>? Removed { get; init; }

    public static DoctorReport Of(IReadOnlyList<Check> checks) => new(checks.Max(check => check.Status), checks);
}
