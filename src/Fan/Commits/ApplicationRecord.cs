using System.Buffers;
using System.Text.Json;

namespace Fan.Commits;

/// <summary>
/// What an application tells of itself while it lives: what it hosts and needs, and how far it has followed the log. Immutable.
/// </summary>
public sealed record ApplicationRecord
{
    /// <summary>The application's name.</summary>
    public required string Application { get; init; }

    /// <summary>Tells this process's application from others of the same name.</summary>
    public required string Instance { get; init; }

    /// <summary>The newest commit that it has applied: every root call that begins in it reads this one or a later one.</summary>
    public long Applied { get; init; }

    /// <summary>
    /// Tells the commit that it has applied from one of the same number in another log; null where it did not tell, or has applied none.
    /// </summary>
    public string? Fingerprint { get; init; }

    /// <summary>
    /// The commit at which it was when it found, within the last ten minutes, that the store was restored or begun anew; null where it has
    /// not.
    /// </summary>
    public long? RestoredFrom { get; init; }

    /// <summary>The oldest snapshot that a root call of it still reads.</summary>
    public long Oldest { get; init; }

    /// <summary>The barrier for which it holds new root calls; null where it holds none.</summary>
    public string? Prepared { get; init; }

    // Whoever commits at a barrier need not check the record of one whose giving up is seen in the node of the barriers.
    internal bool RaisesControl { get; init; }

    /// <summary>What it hosts.</summary>
    public IReadOnlyList<HostedVersion> Hosts { get; init; } = [];

    /// <summary>What it calls, as declared.</summary>
    public IReadOnlyList<DeclaredNeed> Needs { get; init; } = [];

    internal byte[] ToJson()
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("application", Application);
        json.WriteString("instance", Instance);
        json.WriteNumber("applied", Applied);
        if (Fingerprint is not null) json.WriteString("fingerprint", Fingerprint);
        if (RestoredFrom is { } former) json.WriteNumber("restored_from", former);
        json.WriteNumber("oldest", Oldest);
        if (Prepared is not null) json.WriteString("prepared", Prepared);
        if (RaisesControl) json.WriteBoolean("raises", true);
        json.WriteStartArray("hosts");
        foreach (var host in Hosts)
        {
            json.WriteStartObject();
            json.WriteString("service", host.Service);
            json.WriteString("version", host.Version);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("needs");
        foreach (var need in Needs)
        {
            json.WriteStartObject();
            json.WriteString("service", need.Service);
            json.WriteString("range", need.Range);
            json.WriteBoolean("hard", need.IsHard);
            json.WriteBoolean("met", need.IsMet);
            if (need.Contract is not null) json.WriteString("contract", need.Contract);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">It is no record.</exception>
    internal static ApplicationRecord Parse(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var document = JsonDocument.Parse(data, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            return new ApplicationRecord
            {
                Application = root.GetProperty("application").GetString() ?? "",
                Instance = root.GetProperty("instance").GetString() ?? "",
                Applied = root.GetProperty("applied").GetInt64(),
                Fingerprint = root.TryGetProperty("fingerprint", out var fingerprint) ? fingerprint.GetString() : null,
                RestoredFrom = root.TryGetProperty("restored_from", out var former) ? former.GetInt64() : null,
                Oldest = root.GetProperty("oldest").GetInt64(),
                Prepared = root.TryGetProperty("prepared", out var prepared) ? prepared.GetString() : null,
                RaisesControl = root.TryGetProperty("raises", out var raises) && raises.ValueKind == JsonValueKind.True,
                Hosts = [.. root.GetProperty("hosts").EnumerateArray().Select(host => new HostedVersion(
                    host.GetProperty("service").GetString() ?? "", host.GetProperty("version").GetString() ?? ""))],
                Needs = [.. root.GetProperty("needs").EnumerateArray().Select(need => new DeclaredNeed(
                    need.GetProperty("service").GetString() ?? "",
                    need.GetProperty("range").GetString() ?? "",
                    need.GetProperty("hard").GetBoolean(),
                    need.GetProperty("met").GetBoolean(),
                    need.TryGetProperty("contract", out var contract) && contract.ValueKind == JsonValueKind.String
                        ? contract.GetString()
                        : null))],
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"It is no application's record: {error.Message}", error);
        }
    }
}

/// <summary>A service version that an application hosts.</summary>
/// <param name="Service">The service, without brackets.</param>
/// <param name="Version">The version.</param>
public readonly record struct HostedVersion(string Service, string Version);

/// <summary>A service that an application has declared to call.</summary>
/// <param name="Service">The service, without brackets.</param>
/// <param name="Range">The versions that it accepts.</param>
/// <param name="IsHard">Whether it can't work without.</param>
/// <param name="IsMet">Whether such a version was there when it looked last.</param>
/// <param name="Contract">The version of the contract that it was built with; null where it did not tell.</param>
public readonly record struct DeclaredNeed(string Service, string Range, bool IsHard, bool IsMet, string? Contract = null);
