namespace Fan.Docs.Tests;

/// <summary>A block of C# on a page.</summary>
/// <param name="Page">The page, from the root of the repository.</param>
/// <param name="Line">The first line of its code.</param>
/// <param name="Code">The code as it stands there.</param>
/// <param name="Around">
/// What a fragment of a type's members stands in, from the comment above the block; null where it stands for itself.
/// </param>
public sealed record Snippet(string Page, int Line, string Code, string? Around)
{
    private const string Fence = "```csharp";
    private const string Comment = "<!-- snippet: inside ";

    /// <summary>Whether it is a file of a project, as its usings say, and no part of one.</summary>
    public bool IsFile => Code.Split('\n')[0] is var first
        && first.StartsWith("using ", StringComparison.Ordinal)
        && first.EndsWith(';')
        && first[6..^1].All(c => char.IsAsciiLetterOrDigit(c) || c == '.');

    public static IEnumerable<Snippet> In(string page, string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var at = 0; at < lines.Length; at++)
        {
            if (!lines[at].StartsWith(Fence, StringComparison.Ordinal)) continue;
            var end = Array.IndexOf(lines, "```", at);
            var around = at > 0 && lines[at - 1].StartsWith(Comment, StringComparison.Ordinal)
                ? lines[at - 1][Comment.Length..].Replace("-->", "", StringComparison.Ordinal).Trim()
                : null;
            yield return new Snippet(page, at + 2, string.Join('\n', lines[(at + 1)..end]), around);
            at = end;
        }
    }

    public override string ToString() => $"{Page}:{Line}";
}
