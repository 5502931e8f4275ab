using System;
using System.Collections.Generic;

namespace Fan.Shapes;

// This folder is compiled into the generator too, which runs on netstandard2.0.

/// <summary>
/// What travels when a version of a service is called: its methods, and the members of every type, in the normal form of docs/contracts.md.
/// </summary>
internal sealed record ContractShape(
    string Service, string Version, IReadOnlyList<MethodShape> Methods, IReadOnlyDictionary<string, IReadOnlyList<string>> Types);

/// <summary>One method.</summary>
/// <param name="Name">The wire name.</param>
/// <param name="Kind"><c>rpc</c>, <c>push</c> or <c>stream</c>.</param>
/// <param name="Parameters">The arguments as text, see <see cref="ParameterShape"/>; null where they are not known.</param>
/// <param name="Result">The type of the reply or of one item; null where there is none.</param>
/// <param name="Idempotent">Whether a second sending is harmless.</param>
/// <param name="Http">Verb and template of its own HTTP route; null where it has none.</param>
internal sealed record MethodShape(
    string Name, string Kind, IReadOnlyList<string>? Parameters, string? Result, bool Idempotent, string? Http);

/// <summary>One argument, as <c>count: int</c> or <c>count?: int = 1</c>.</summary>
internal sealed record ParameterShape(string Name, bool IsOptional, string Type, string? Default)
{
    public static ParameterShape Parse(string text)
    {
        var colon = text.IndexOf(':');
        var name = colon < 0 ? text : text.Substring(0, colon);
        var rest = colon < 0 ? "" : text.Substring(colon + 1).Trim();
        var equals = rest.IndexOf(" = ", StringComparison.Ordinal);
        return new ParameterShape(
            name.TrimEnd('?'),
            name.EndsIn('?'),
            equals < 0 ? rest : rest.Substring(0, equals),
            equals < 0 ? null : rest.Substring(equals + 3));
    }

    public override string ToString() => $"{Name}{(IsOptional ? "?" : "")}: {Type}{(Default is null ? "" : " = " + Default)}";
}
