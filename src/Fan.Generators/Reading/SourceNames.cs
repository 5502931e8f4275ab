using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Names of types as generated code writes them.</summary>
internal static class SourceNames
{
    /// <summary>
    /// The type's name in a format, with words escaped that the parser would take for keywords, which the compiler's own writer leaves as
    /// they are.
    /// </summary>
    public static string InSource(this ISymbol symbol, SymbolDisplayFormat format) =>
        string.Concat(symbol.ToDisplayParts(format).Select(part => part.ToString() is "partial" ? "@partial" : part.ToString()));
}
