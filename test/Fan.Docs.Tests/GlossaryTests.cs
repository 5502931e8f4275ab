using static Fan.Docs.Tests.RetiredWord;

namespace Fan.Docs.Tests;

/// <summary>The pages say one word for one thing: that of docs/glossary.md.</summary>
public sealed class GlossaryTests
{
    private const string GlossaryPage = "docs/glossary.md";
    private const string VersionsOfAService = "which versions take a service's calls";

    private static readonly string Pages = Path.Combine(AppContext.BaseDirectory, "Pages");

    private static readonly Glossary Table = Glossary.Read(File.ReadAllText(Path.Combine(Pages, GlossaryPage)));

    private static readonly RetiredWord[] Words =
    [
        new("sequence", @"\bsequences?\b", new Place("docs/database.md", "PostgreSQL's", Line: "on its sequences;")),
        new("in hand", @"\bin (the )?hands?\b"),
        new("patience", @"\bpatien(ce|t|tly)\b"),
        new("time limit", @"\btime limits?\b"),
        new("route", @"\broutes?\b",
            new Place("README.md", VersionsOfAService), new Place("docs/calling.md", VersionsOfAService),
            new Place("docs/dependencies.md", VersionsOfAService), new Place("docs/discovery.md", VersionsOfAService),
            new Place("docs/lifetimes.md", VersionsOfAService), new Place("docs/proxies.md", VersionsOfAService),
            new Place("docs/sharding.md", VersionsOfAService), new Place("docs/switching.md", VersionsOfAService),
            new Place("docs/tool.md", VersionsOfAService), new Place("docs/zookeeper.md", VersionsOfAService),
            new Place("docs/troubleshooting.md", VersionsOfAService + ", or the network's")),
        new("fast lane", @"\bfast lanes?\b"),
        new("database route", @"\b(amqp|redis|database|broker|ipc|tcp|call|call's|queue|fast) routes?\b"),
        new("HTTP route", @"\bhttps? routes?\b"),
        new("take back", @"\b(take|takes|taking|taken|took) (it |itself |themselves )?back\b"),
        new("rollback", @"\brollbacks?\b|\broll(s|ed|ing)? back\b", new Place("docs/outbox.md", "a transaction's")),
        new("begin", @"\b(begin|begins|began|begun|beginning)\b"),
        new("let in", @"\b(let|lets|letting) in\b"),
        new("let go", @"\blet(s|ting)? ((it|them|him|(the|its|their) locks?) )?go\b"),
        new("stand before", @"\b(stand|stands|standing|stood) before\b"),
        new("anew", @"\banew\b"),
        new("be it", @"\bbe it\b"),
        new("told", @"\btold\b"),
        new("stand still", @"\b(stand|stands|standing|stood) still\b"),
    ];

    [Fact]
    public void The_pages_say_the_words_of_the_glossary()
    {
        var violations = (
            from page in All()
            where page.Key != GlossaryPage
            from word in Words
            from violation in word.In(page.Key, page.Value, Table.Retired[word.Word])
            select violation).ToList();

        // As one text: a collection would be shown in part.
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    [Fact]
    public void Every_retired_word_of_the_glossary_is_looked_for_and_no_other() =>
        Assert.Equal(Table.Retired.Keys.Order(StringComparer.Ordinal), Words.Select(word => word.Word).Order(StringComparer.Ordinal));

    [Fact]
    public void The_glossary_is_short_and_has_each_term_once()
    {
        Assert.InRange(Table.Terms.Count, 20, 40);
        Assert.Equal(Table.Terms.Count, Table.Terms.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void A_word_stays_where_it_is_allowed()
    {
        var pages = All();
        Assert.Empty(
            from word in Words
            from place in word.Allowed
            let anywhere = word with { Allowed = [] }
            where !pages.Any(page => place.Has(page.Key, place.Line ?? "") && anywhere.In(page.Key, page.Value, "").Any())
            select $"'{word.Word}' is allowed in {place.Pages} ({place.Reason}), and not said there.");
    }

    [Fact]
    public void A_violation_is_reported_with_its_page_line_and_the_usual_word()
    {
        var word = new RetiredWord("in hand", @"\bin hand\b", new Place("docs/y.md", "a bridge player's"));
        const string Text = "# X\n\nWhat it has In hand, `in hand`, [x](in hand).\n\n```\nin hand\n```\n\nWhat is in\nhand\n";

        Assert.Equal(["docs/x.md:3: In hand -> in flight", "docs/x.md:9: in hand -> in flight"], word.In("docs/x.md", Text, "in flight"));
        Assert.Empty(word.In("docs/y.md", Text, "in flight"));
    }

    private static SortedDictionary<string, string> All() => new(
        Directory.GetFiles(Pages, "*.md", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(Pages, file).Replace('\\', '/'), File.ReadAllText),
        StringComparer.Ordinal);
}
