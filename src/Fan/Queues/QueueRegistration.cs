using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Fan.Coordination;

namespace Fan.Queues;

/// <summary>A group's queue as it stands in the coordination store: never with credentials. Immutable.</summary>
internal sealed record QueueRegistration(QueueName Queue, IReadOnlyList<string> Transports, QueuePolicy Policy)
{
    private const int MaxTransports = 16;

    private static readonly FrozenSet<string> Members = FrozenSet.Create(StringComparer.Ordinal, "transports", "policy");
    private static readonly FrozenSet<string> PolicyMembers = FrozenSet.Create(
        StringComparer.Ordinal,
        "max_attempts",
        "time_to_live_ms",
        "max_messages",
        "remember_for_ms",
        "lease_time_ms",
        "partitions",
        "dead_letter_retention_ms",
        "max_dead_letters");

    private ImmutableSortedDictionary<string, string> Unknown { get; init; } = UnknownMembers.None;

    private ImmutableSortedDictionary<string, string> UnknownPolicy { get; init; } = UnknownMembers.None;

    /// <summary>The same with what a later version of Fan says of the queue where it is registered already.</summary>
    public QueueRegistration Keeping(ReadOnlyMemory<byte> registered)
    {
        try
        {
            using var document = JsonDocument.Parse(registered, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            return this with
            {
                Unknown = UnknownMembers.Of(root, Members),
                UnknownPolicy = root.TryGetProperty("policy", out var policy) && policy.ValueKind == JsonValueKind.Object
                    ? UnknownMembers.Of(policy, PolicyMembers)
                    : UnknownMembers.None,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // What can't be read is replaced.
            return this;
        }
    }

    public byte[] ToJson()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartArray("transports");
            foreach (var name in Transports) json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteStartObject("policy");
            json.WriteNumber("max_attempts", Policy.MaxAttempts);
            if (Policy.TimeToLive is { } time) json.WriteNumber("time_to_live_ms", Milliseconds(time));
            if (Policy.MaxMessages is { } most) json.WriteNumber("max_messages", most);
            if (Policy.RememberFor is { } remember) json.WriteNumber("remember_for_ms", Milliseconds(remember));
            json.WriteNumber("lease_time_ms", Milliseconds(Policy.LeaseTime));
            json.WriteNumber("partitions", Policy.Partitions);
            json.WriteNumber("dead_letter_retention_ms", Milliseconds(Policy.DeadLetterRetention));
            json.WriteNumber("max_dead_letters", Policy.MaxDeadLetters);
            UnknownMembers.Write(json, UnknownPolicy);
            json.WriteEndObject();
            UnknownMembers.Write(json, Unknown);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">It is no registration; the message says why.</exception>
    public static QueueRegistration Parse(QueueName queue, ReadOnlyMemory<byte> data)
    {
        try
        {
            using var document = JsonDocument.Parse(data, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            var names = root.GetProperty("transports").EnumerateArray().Take(MaxTransports).Select(name => name.GetString()!).ToList();
            var policy = root.TryGetProperty("policy", out var found) ? found : default;
            var standard = new QueuePolicy();
            return new QueueRegistration(queue, names, new QueuePolicy
            {
                MaxAttempts = Number(policy, "max_attempts") ?? standard.MaxAttempts,
                TimeToLive = Time(policy, "time_to_live_ms"),
                MaxMessages = Number(policy, "max_messages"),
                RememberFor = Time(policy, "remember_for_ms"),
                LeaseTime = Time(policy, "lease_time_ms") ?? standard.LeaseTime,
                Partitions = Number(policy, "partitions") ?? standard.Partitions,
                DeadLetterRetention = Time(policy, "dead_letter_retention_ms") ?? standard.DeadLetterRetention,
                MaxDeadLetters = Number(policy, "max_dead_letters") ?? standard.MaxDeadLetters,
            });
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new FormatException($"It is no registration of a queue: {error.Message}", error);
        }
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private static int? Number(JsonElement policy, string name) =>
        policy.ValueKind == JsonValueKind.Object && policy.TryGetProperty(name, out var value) ? value.GetInt32() : null;

    private static TimeSpan? Time(JsonElement policy, string name) =>
        policy.ValueKind == JsonValueKind.Object && policy.TryGetProperty(name, out var value)
            ? TimeSpan.FromMilliseconds(value.GetInt64())
            : null;
}
