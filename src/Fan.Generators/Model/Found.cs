using System;
using Fan.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Fan.Generators.Model;

/// <summary>What reading one service type gave: a model, or the reasons why there is none.</summary>
internal sealed record Found(ServiceModel? Service, EquatableArray<FoundProblem> Problems);

/// <summary>A diagnostic as values, with its place.</summary>
internal sealed record FoundProblem(string Id, string File, TextSpan Span, LinePositionSpan Lines, EquatableArray<string> Arguments)
{
    /// <summary>A diagnostic about what stands at a place in the source, if it is known.</summary>
    public static FoundProblem At(string id, Location? location, params string[] arguments) => new(
        id,
        location?.SourceTree?.FilePath ?? "",
        location?.SourceSpan ?? default,
        location?.GetLineSpan().Span ?? default,
        new(arguments));

    /// <summary>It for the compiler.</summary>
    public Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptors.Of(Id), Location, [.. Arguments]);

    public Location Location => File.Length == 0 ? Location.None : Location.Create(File, Span, Lines);
}
