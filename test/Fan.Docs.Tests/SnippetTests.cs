namespace Fan.Docs.Tests;

/// <summary>What the pages show compiles as it stands there.</summary>
public sealed class SnippetTests
{
    private static readonly string Pages = Path.Combine(AppContext.BaseDirectory, "Pages");

    public static TheoryData<string> All =>
        [.. Directory.GetFiles(Pages, "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Pages, file))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_block_of_a_page_compiles(string page)
    {
        var snippets = Snippet.In(page, File.ReadAllText(Path.Combine(Pages, page))).ToList();
        Assert.Empty(snippets.SelectMany(snippet => SnippetCompilation.Errors(snippet, snippets)));
    }

    [Fact]
    public void There_are_pages_with_blocks() =>
        Assert.True(Directory.GetFiles(Pages, "*.md", SearchOption.AllDirectories)
            .Sum(file => Snippet.In(file, File.ReadAllText(file)).Count()) > 40);

    [Fact]
    public void An_error_is_told_with_its_page_and_line()
    {
        var snippet = Snippet.In("docs/x.md", "# X\n\n```csharp\nvar wine = 1;\nwine.Drink();\n```\n").Single();
        Assert.StartsWith("docs/x.md:5: CS1061 ", Assert.Single(SnippetCompilation.Errors(snippet, [snippet])), StringComparison.Ordinal);
    }
}
