using System.Text.Json.Serialization;

namespace Fan.Cli.Errors;

/// <summary>The form of an error with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ToldError))]
internal sealed partial class ToldErrorJson : JsonSerializerContext;
