namespace Fan.Generators.Model;

/// <summary>A service as text: no symbols, so that an unrelated edit leaves the output cached.</summary>
internal sealed record ServiceModel(
    string TypeName, string SafeName, string Namespace, string Accessibility, bool IsInterface, string ServiceName, string Version,
    EquatableArray<MethodModel> Methods, EquatableArray<CompactType> CompactTypes);

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
    bool CancellationIsOptional, int CancellationIndex, string Fingerprint, string? Summary, EquatableArray<ParameterModel> Parameters, int CompactResult, bool IsCompact);

internal sealed record ParameterModel(string ClrName, string WireName, string Type, string TypeOf, bool IsOptional, string? Default, bool AllowsNull, int Compact)
{
    public string Escaped => "@" + ClrName;
}
