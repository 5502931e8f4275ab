using System;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Fan.Generators.Model;

/// <summary>What reading one service type gave: a model, or the reasons why there is none.</summary>
internal sealed record Found(ServiceModel? Service, EquatableArray<Problem> Problems);

/// <summary>A diagnostic as values, with its place.</summary>
internal sealed record Problem(string Id, string File, TextSpan Span, LinePositionSpan Lines, EquatableArray<string> Arguments)
{
    public Location Location => File.Length == 0 ? Location.None : Location.Create(File, Span, Lines);
}
