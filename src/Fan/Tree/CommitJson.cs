using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fan.Commits;

namespace Fan.Tree;

/// <summary>Commits as they stand in the store.</summary>
internal static class CommitJson
{
    private const int FingerprintBytes = 8;

    private static readonly JsonDocumentOptions Strictness = new() { MaxDepth = 16 };

    public static byte[] Write(Commit commit)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        Write(json, commit);
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// The head's data: its commit's number and fingerprint, and the commit where that is small enough to save its readers a second
    /// request.
    /// </summary>
    public static byte[] WriteHead(Commit commit, int bytes)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("number", commit.Number);
        json.WriteString("fingerprint", Fingerprint(commit));
        if (bytes <= CommitLog.MaxBytesInHead)
        {
            json.WritePropertyName("commit");
            Write(json, commit);
        }

        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Tells a commit from every other of the same number, of a log that was begun anew or restored. The same for all programs, whatever
    /// else they know of a commit.
    /// </summary>
    public static string Fingerprint(Commit commit) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', commit.Number.ToString(CultureInfo.InvariantCulture), TextOf(commit.At), commit.Author, commit.Reason))).AsSpan(
            0, FingerprintBytes));

    /// <exception cref="FormatException">It is no commit.</exception>
    public static Commit Read(ReadOnlyMemory<byte> data) => Guarded(data, "commit", Read);

    /// <exception cref="FormatException">It is no head.</exception>
    public static (long Number, Commit? Commit, string? Fingerprint) ReadHead(ReadOnlyMemory<byte> data) => Guarded(data, "head", root =>
    {
        var commit = root.TryGetProperty("commit", out var json) ? Read(json) : null;
        var told = root.TryGetProperty("fingerprint", out var fingerprint) ? fingerprint.GetString() : null;
        // Programs of the revision before write the head without it.
        return (root.GetProperty("number").GetInt64(), commit, commit is null ? told : Fingerprint(commit));
    });

    private static void Write(Utf8JsonWriter json, Commit commit)
    {
        json.WriteStartObject();
        json.WriteNumber("number", commit.Number);
        json.WriteString("author", commit.Author);
        json.WriteString("at", TextOf(commit.At));
        if (commit.Follows is not null) json.WriteString("follows", commit.Follows);
        if (commit.Reason.Length > 0) json.WriteString("reason", commit.Reason);
        if (commit.Reverts is { } reverts) json.WriteNumber("reverts", reverts);
        if (commit.Overridden.Count > 0)
        {
            json.WriteStartArray("overridden");
            foreach (var line in commit.Overridden) json.WriteStringValue(line);
            json.WriteEndArray();
        }

        json.WriteStartArray("edits");
        foreach (var edit in commit.Edits)
        {
            json.WriteStartObject();
            json.WriteString("path", edit.Path);
            WriteValue(json, "before", edit.Before);
            WriteValue(json, "after", edit.After);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string TextOf(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void WriteValue(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null) return;
        json.WritePropertyName(name);
        if (IsJson(value)) json.WriteRawValue(value);
        else json.WriteStringValue(value);
    }

    // What somebody else wrote in the place of a value may be anything.
    private static bool IsJson(string value)
    {
        try
        {
            using var document = JsonDocument.Parse(value, Strictness);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Commit Read(JsonElement root) => new()
    {
        Number = root.GetProperty("number").GetInt64(),
        Author = root.GetProperty("author").GetString() ?? "",
        At = root.GetProperty("at").GetDateTimeOffset(),
        Follows = root.TryGetProperty("follows", out var follows) ? follows.GetString() : null,
        Reason = root.TryGetProperty("reason", out var reason) ? reason.GetString() ?? "" : "",
        Reverts = root.TryGetProperty("reverts", out var reverts) ? reverts.GetInt64() : null,
        Overridden = root.TryGetProperty("overridden", out var lines)
            ? [.. lines.EnumerateArray().Select(line => line.GetString() ?? "")]
            : [],
        Edits = [.. root.GetProperty("edits").EnumerateArray().Select(edit => new TreeEdit(
            edit.GetProperty("path").GetString() ?? "",
            edit.TryGetProperty("before", out var before) ? before.GetRawText() : null,
            edit.TryGetProperty("after", out var after) ? after.GetRawText() : null))],
    };

    private static T Guarded<T>(ReadOnlyMemory<byte> data, string what, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(data, Strictness);
            return read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new FormatException($"The data of the {what} is not what Fan writes: {error.Message}", error);
        }
    }
}
