using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Fan.Docs.Tests;

/// <summary>A word of the last column of docs/glossary.md, and how it is found in prose.</summary>
/// <param name="Word">The word, as the glossary has it.</param>
/// <param name="Pattern">All its forms, without regard to case; a space is found as the end of a line too.</param>
/// <param name="Allowed">Where it stays.</param>
internal sealed record RetiredWord(string Word, string Pattern, params IReadOnlyList<RetiredWord.Place> Allowed)
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    private static readonly Regex Code = new(@"`[^`]*`|\]\([^)]*\)", Options);

    private readonly Regex _forms = new(Pattern.Replace(" ", @"\s+", StringComparison.Ordinal), Options);

    /// <summary>The word's places in the prose of a page.</summary>
    public IEnumerable<string> In(string page, string text, string instead)
    {
        var lines = Prose(text);
        var prose = string.Join('\n', lines);
        foreach (Match match in _forms.Matches(prose))
        {
            var line = prose.AsSpan(0, match.Index).Count('\n');
            if (!Allowed.Any(place => place.Has(page, lines[line])))
                yield return $"{page}:{line + 1}: {match.Value.ReplaceLineEndings(" ")} -> {instead}";
        }
    }

    // Code keeps its names, in blocks and within a line; so do the addresses of links.
    private static List<string> Prose(string text)
    {
        var prose = new List<string>();
        var isCode = false;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            prose.Add(isCode || isFence ? "·" : Code.Replace(line, "·"));
        }
        return prose;
    }

    /// <summary>Pages on which the word stays, or lines of them.</summary>
    /// <param name="Pages">The pages, as a glob from the root of the repository.</param>
    /// <param name="Reason">What the word means there.</param>
    /// <param name="Line">What a line must have; null for any line.</param>
    internal sealed record Place(string Pages, string Reason, string? Line = null)
    {
        public bool Has(string page, string line) =>
            FileSystemName.MatchesSimpleExpression(Pages, page, ignoreCase: false)
            && (Line is null || line.Contains(Line, StringComparison.Ordinal));
    }
}
