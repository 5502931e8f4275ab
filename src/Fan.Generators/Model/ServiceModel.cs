using System.Collections.Generic;
using System.Linq;
using Fan.Shapes;

namespace Fan.Generators.Model;

/// <summary>A service as text: no symbols, so that an unrelated edit leaves the output cached.</summary>
/// <param name="TypeName">The interface or class.</param>
/// <param name="SafeName">Its name with those of the types around it, as part of an identifier.</param>
/// <param name="FileName">Its full name, as a file may be called.</param>
/// <param name="Namespace">Its namespace as it stands in source; empty for the global one.</param>
/// <param name="Subscriber">The name of the base of its subscribers; null where there is none.</param>
/// <param name="SubscriberMarks">Attributes of that base.</param>
/// <param name="IsPublic">Whether everybody sees it.</param>
/// <param name="IsInterface">Whether callers get typed clients.</param>
/// <param name="IsDisposable">Whether it inherits <c>IDisposable</c>.</param>
/// <param name="IsAsyncDisposable">Whether it inherits <c>IAsyncDisposable</c>.</param>
/// <param name="ServiceName">Its name on the wire.</param>
/// <param name="Version">Its version.</param>
/// <param name="Methods">What can be called.</param>
/// <param name="WireTypes">The types that travel.</param>
/// <param name="Types">The same in the normal form.</param>
/// <param name="Subscriptions">The pushes of others that it handles.</param>
internal sealed record ServiceModel(
    string TypeName,
    string SafeName,
    string FileName,
    string Namespace,
    string? Subscriber,
    string SubscriberMarks,
    bool IsPublic,
    bool IsInterface,
    bool IsDisposable,
    bool IsAsyncDisposable,
    string ServiceName,
    string Version,
    EquatableArray<MethodModel> Methods,
    EquatableArray<WireType> WireTypes,
    EquatableArray<TypeModel> Types,
    EquatableArray<SubscriptionModel> Subscriptions)
{
    /// <summary>What travels when it is called.</summary>
    public ContractShape Shape => new(
        ServiceName,
        Version,
        [.. Methods.Select(method => method.Shape)],
        Types.ToDictionary(type => type.Name, type => (IReadOnlyList<string>)[.. type.Lines]));
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
    string Identifier,
    string DeclaringType,
    string ClrName,
    string WireName,
    string ReturnType,
    ResultForm Form,
    string ResultType,
    string ResultTypeOf,
    bool ResultAllowsNull,
    bool IsPush,
    bool Idempotent,
    int TimeoutMilliseconds,
    string? Verb,
    string? Template,
    string? ContentType,
    int CancellationIndex,
    string Fingerprint,
    string? Summary,
    EquatableArray<ParameterModel> Parameters, int Result, bool IsCompact, EquatableArray<int> CompactTypes, string? ResultShape)
{
    public MethodShape Shape => new(
        WireName,
        IsPush ? "push" : Form == ResultForm.Stream ? "stream" : "rpc",
        [.. Parameters.Select(parameter => parameter.Shape)],
        ResultShape,
        Idempotent,
        Verb is null ? null : Verb + " " + Template);
}

internal sealed record ParameterModel(
    string ClrName,
    string WireName,
    string Type,
    string TypeOf,
    bool IsOptional,
    string? Default,
    bool AllowsNull,
    int Place,
    string Shape);
