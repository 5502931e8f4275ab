using System.Text.Json.Serialization;

namespace Fan.Cli.Changes;

/// <summary>The form of what a change came to with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ChangeOutcome))]
internal sealed partial class ChangeJson : JsonSerializerContext;
