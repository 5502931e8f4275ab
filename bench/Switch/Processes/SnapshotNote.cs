using System.Globalization;

namespace SwitchBench.Processes;

/// <summary>A snapshot that an application routes by.</summary>
/// <param name="Application">Which application.</param>
/// <param name="Number">The commit; 0 where the log has none.</param>
/// <param name="Fingerprint">That of the commit; null where there is none.</param>
/// <param name="Since">From when on, by the machine's monotonic clock.</param>
internal sealed record SnapshotNote(string Application, long Number, string? Fingerprint, long Since)
{
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Application} {Number} {Fingerprint ?? "-"} {Since}");

    public static SnapshotNote Parse(string line) => line.Split(' ') is [var application, var number, var fingerprint, var since]
        ? new SnapshotNote(
            application,
            long.Parse(number, CultureInfo.InvariantCulture),
            fingerprint == "-" ? null : fingerprint,
            long.Parse(since, CultureInfo.InvariantCulture))
        : throw new FormatException($"'{line}' is no note of a snapshot.");
}
