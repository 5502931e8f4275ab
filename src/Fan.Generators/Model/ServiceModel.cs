using System.Collections.Generic;
using System.Linq;
using Fan.Shapes;

namespace Fan.Generators.Model;

/// <summary>A service as text: no symbols, so that an unrelated edit leaves the output cached.</summary>
internal sealed record ServiceModel(
    string TypeName, string SafeName, string Namespace, string Accessibility, bool IsInterface, string ServiceName, string Version,
    EquatableArray<MethodModel> Methods, EquatableArray<CompactType> CompactTypes, EquatableArray<TypeModel> Types,
    EquatableArray<SubscriptionModel> Subscriptions)
{
    /// <summary>What travels when it is called.</summary>
    public ContractShape Shape => new(
        ServiceName, Version, [.. Methods.Select(method => method.Shape)], Types.ToDictionary(type => type.Name, type => (IReadOnlyList<string>)[.. type.Lines]));
}

/// <summary>A type that travels: its lines in the normal form.</summary>
internal sealed record TypeModel(string Name, EquatableArray<string> Lines);

internal enum ResultForm
{
    Void,
    Value,
    Task,
    TaskOf,
    ValueTask,
    ValueTaskOf,
    Stream,
}

internal sealed record MethodModel(
    string Identifier, string DeclaringType, string ClrName, string WireName, string ReturnType, ResultForm Form, string ResultType, bool IsPush,
    bool Idempotent, int TimeoutMilliseconds, string? Verb, string? Template, string? ContentType, string? CancellationParameter,
    bool CancellationIsOptional, int CancellationIndex, string Fingerprint, string? Summary, EquatableArray<ParameterModel> Parameters, int CompactResult, bool IsCompact,
    string? ResultShape)
{
    public MethodShape Shape => new(
        WireName, IsPush ? "push" : Form == ResultForm.Stream ? "stream" : "rpc", [.. Parameters.Select(parameter => parameter.Shape)], ResultShape, Idempotent,
        Verb is null ? null : Verb + " " + Template);
}

internal sealed record ParameterModel(string ClrName, string WireName, string Type, string TypeOf, bool IsOptional, string? Default, bool AllowsNull, int Compact, string Shape)
{
    public string Escaped => "@" + ClrName;
}
