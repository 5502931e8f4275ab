using System.Text.Json;
using System.Text.Json.Serialization;
using Fan.Cli.Changes;
using Fan.Cli.Commands;
using Fan.Cli.Commands.Queues;
using Fan.Cli.Dependencies;
using Fan.Cli.Errors;
using Fan.Cli.Health;
using Fan.Cli.Listing;
using Fan.Cli.Load;
using Fan.Cli.Output;

namespace Fan.Cli.Commands;

/// <summary>The forms of <c>--json</c>: snake_case, without what is not there.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<ServiceSummary>))]
[JsonSerializable(typeof(ServiceReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(LoadReport))]
[JsonSerializable(typeof(TraceReport))]
[JsonSerializable(typeof(CommitReport))]
[JsonSerializable(typeof(IReadOnlyList<CommitReport>))]
[JsonSerializable(typeof(IReadOnlyList<EditReport>))]
[JsonSerializable(typeof(RoutesReport))]
[JsonSerializable(typeof(ContractDifference))]
[JsonSerializable(typeof(DependencyReport))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(AcceptedPush))]
[JsonSerializable(typeof(AffectedMessages))]
[JsonSerializable(typeof(IReadOnlyList<QueueSummary>))]
[JsonSerializable(typeof(IReadOnlyList<QueuedMessage>))]
internal sealed partial class ToolJson : JsonSerializerContext;
