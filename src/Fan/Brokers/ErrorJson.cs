using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fan.Messaging;

namespace Fan.Brokers;

/// <summary>An error as the body of a message: JSON with the members of <see cref="WireError"/> that are set.</summary>
[JsonSerializable(typeof(WireError))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ErrorJson : JsonSerializerContext
{
    // Leaves apostrophes and letters as they are: people read this.
    private static readonly ErrorJson Readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static byte[] Write(WireError error) => JsonSerializer.SerializeToUtf8Bytes(error, Readable.WireError);

    /// <summary>The exception that a body stands for.</summary>
    public static Exception Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, Default.WireError)?.ToException()
                ?? new BadMessageException("reply", "The error of the reply is empty.");
        }
        catch (JsonException error)
        {
            return new BadMessageException("reply", $"The error of the reply can't be read: {error.Message}", error);
        }
    }
}
