using System.Text.Json.Serialization;
using Fan.Cli.Commands;
using Fan.Cli.Commands.Queues;
using Fan.Cli.Errors;
using Fan.Cli.Health;
using Fan.Cli.Listing;

namespace Fan.Cli.Output;

/// <summary>The forms of <c>--json</c>: snake_case, without what is not there.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<ServiceSummary>))]
[JsonSerializable(typeof(ServiceReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(TraceReport))]
[JsonSerializable(typeof(ToldError))]
[JsonSerializable(typeof(AcceptedPush))]
[JsonSerializable(typeof(AffectedMessages))]
[JsonSerializable(typeof(IReadOnlyList<QueueSummary>))]
[JsonSerializable(typeof(IReadOnlyList<QueuedMessage>))]
[JsonSerializable(typeof(string))]
internal sealed partial class ToolJson : JsonSerializerContext;
