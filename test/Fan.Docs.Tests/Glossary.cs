namespace Fan.Docs.Tests;

/// <summary>docs/glossary.md: its terms, and the words that are not said for them.</summary>
/// <param name="Terms">The terms, in the page's order.</param>
/// <param name="Retired">What to say instead, by the word that is not said.</param>
internal sealed record Glossary(IReadOnlyList<string> Terms, IReadOnlyDictionary<string, string> Retired)
{
    public static Glossary Read(string text)
    {
        var terms = new List<string>();
        var retired = new Dictionary<string, string>(StringComparer.Ordinal);
        var isTerms = false;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)))
        {
            var cells = line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries);
            if (cells[^1] == "not")
            {
                isTerms = cells[0] == "term";
                continue;
            }
            if (isTerms) terms.Add(cells[0]);
            foreach (var word in cells.Length < 3 ? [] : cells[2].Split(", "))
                retired.Add(word.Trim('*'), cells[0]);
        }
        return new Glossary(terms, retired);
    }
}
