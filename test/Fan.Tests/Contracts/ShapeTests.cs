using Fan.Shapes;

namespace Fan.Tests.Contracts;

/// <summary>Who can talk to whom after a change: the table of docs/contracts.md.</summary>
public sealed class ShapeTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Old = new()
    {
        ["Wine"] = ["id: int", "name: string", "next: Wine?"],
        ["Colour"] = ["enum int", "Red = 0", "White = 1"],
        ["Word"] = ["enum text", "Red", "White"],
        ["Animal"] = ["name: string", "derived cat: Cat"],
        ["Cat"] = ["lives: int"],
        ["Own"] = ["opaque"],
    };

    [Theory]
    [InlineData("ask(id: int): string", "ask(id: int): string", Fit.Full, Fit.Full)]
    [InlineData("ask(id: int, to: int): string", "ask(to: int, id: int): string", Fit.Full, Fit.Full)]
    [InlineData("ask(id: int): string", "ask(id: long): string", Fit.Full, Fit.Partly)]
    [InlineData("ask(id: uint): string", "ask(id: long): string", Fit.Full, Fit.Partly)]
    [InlineData("ask(id: int): string", "ask(id: decimal): string", Fit.Full, Fit.None)]
    [InlineData("ask(id: long): string", "ask(id: double): string", Fit.Partly, Fit.None)]
    [InlineData("ask(id: float): string", "ask(id: double): string", Fit.Full, Fit.Partly)]
    [InlineData("ask(id: double): string", "ask(id: decimal): string", Fit.None, Fit.None)]
    [InlineData("ask(id: string): string", "ask(id: Guid): string", Fit.None, Fit.None)]
    [InlineData("ask(id: decimal): string", "ask(id: Guid): string", Fit.None, Fit.None)]
    [InlineData("ask(): int", "ask(): long", Fit.Partly, Fit.Full)]
    [InlineData("ask(): int", "ask(): int?", Fit.Partly, Fit.Full)]
    [InlineData("ask(id: int): int", "ask(id: int?): int", Fit.Full, Fit.Partly)]
    [InlineData("ask(): int", "ask()", Fit.None, Fit.None)]
    [InlineData("ask(): int", "ask(id: int): int", Fit.None, Fit.None)]
    [InlineData("ask(): int", "ask(id?: int = 1): int", Fit.Full, Fit.Partly)]
    [InlineData("ask(id: int): int", "ask(id?: int = 1): int", Fit.Full, Fit.Partly)]
    [InlineData("ask(id?: int = 1): int", "ask(id?: int = 2): int", Fit.Partly, Fit.Partly)]
    [InlineData("ask(id?: int = 1): int", "ask(): int", Fit.Partly, Fit.Full)]
    [InlineData("ask(): int[]", "ask(): long[]", Fit.Partly, Fit.Full)]
    [InlineData("ask(): map<string, int>", "ask(): map<string, long>", Fit.Partly, Fit.Full)]
    [InlineData("ask(): bytes", "ask(): byte[]", Fit.None, Fit.None)]
    [InlineData("ask(): Own", "ask(): Own", Fit.Full, Fit.Full)]
    [InlineData("ask(): Own", "ask(): Wine", Fit.None, Fit.None)]
    [InlineData("ask(): Colour", "ask(): int", Fit.Partly, Fit.Full)]
    [InlineData("ask(): Missing", "ask(): Wine", Fit.Unknown, Fit.Unknown)]
    [InlineData("ask(): Missing", "ask(): int", Fit.None, Fit.None)]
    public void A_changed_signature(string before, string after, object oldCallers, object newCallers) =>
        Assert.Equal(((Fit)oldCallers, (Fit)newCallers), Compare(before, Old, after, Old));

    [Theory]
    [InlineData("Wine", new[] { "next: Wine?", "id: int", "name: string" }, Fit.Full, Fit.Full, Fit.Full, Fit.Full)]
    [InlineData("Wine", new[] { "id: int", "name: string", "next: Wine?", "note: string?" }, Fit.Full, Fit.Partly, Fit.Full, Fit.Partly)]
    [InlineData(
        "Wine", new[] { "id: int", "name: string", "next: Wine?", "required note: string" }, Fit.None, Fit.Partly, Fit.Full, Fit.None)]
    [InlineData("Wine", new[] { "id: int", "next: Wine?" }, Fit.Partly, Fit.Partly, Fit.Partly, Fit.Full)]
    [InlineData("Wine", new[] { "id: int", "label: string", "next: Wine?" }, Fit.Partly, Fit.Partly, Fit.Partly, Fit.Partly)]
    [InlineData("Wine", new[] { "id: string", "name: string", "next: Wine?" }, Fit.None, Fit.None, Fit.None, Fit.None)]
    [InlineData("Colour", new[] { "enum int", "Red = 0", "White = 1", "Rose = 2" }, Fit.Full, Fit.Full, Fit.Full, Fit.Full)]
    [InlineData("Colour", new[] { "enum int", "Rose = 0", "Red = 1", "White = 2" }, Fit.None, Fit.None, Fit.None, Fit.None)]
    [InlineData("Colour", new[] { "enum int", "Red = 0" }, Fit.Partly, Fit.Full, Fit.Full, Fit.Partly)]
    [InlineData("Word", new[] { "enum text", "Red", "White", "Rose" }, Fit.Full, Fit.Partly, Fit.Partly, Fit.Full)]
    [InlineData("Animal", new[] { "name: string", "derived cat: Cat", "derived dog: Cat" }, Fit.Full, Fit.Partly, Fit.Partly, Fit.Full)]
    public void A_changed_type_as_an_argument_and_as_a_result(
        string type, string[] lines, object oldArgument, object newArgument, object oldResult, object newResult)
    {
        var changed = new Dictionary<string, IReadOnlyList<string>>(Old) { [type] = lines };

        var argument = Compare($"ask(it: {type})", Old, $"ask(it: {type})", changed);
        var result = Compare($"ask(): {type}", Old, $"ask(): {type}", changed);

        Assert.Equal(((Fit)oldArgument, (Fit)newArgument), argument);
        Assert.Equal(((Fit)oldResult, (Fit)newResult), result);
    }

    [Fact]
    public void A_renamed_type_and_another_order_are_no_change()
    {
        var renamed = new Dictionary<string, IReadOnlyList<string>> { ["Bottle"] = ["name: string", "next: Bottle?", "id: int"] };

        var compared = ContractComparison.Of(Contract("ask(): Wine", Old), Contract("ask(): Bottle", renamed), "1", "2");

        Assert.True(compared.IsSame);
        Assert.Empty(compared.Members);
    }

    [Fact]
    public void Members_that_changed_are_told_once_for_all_methods_that_have_them()
    {
        var changed = new Dictionary<string, IReadOnlyList<string>>(Old) { ["Wine"] = ["id: long", "next: Wine?", "note: string"] };
        var before = new ContractShape("a", "1.0.0", [Method("ask(): Wine"), Method("put(it: Wine)")], Old);
        var after = new ContractShape("a", "2.0.0", [Method("ask(): Wine"), Method("put(it: Wine)")], changed);

        var compared = ContractComparison.Of(before, after, "1.0.0", "2.0.0");

        Assert.Equal(["ask", "put"], compared.Methods.Select(method => method.Name));
        Assert.Equal(
            ["changed id: int ▸ id: long", "removed name: string ▸ ", "added  ▸ note: string"],
            compared.Members.Select(member => $"{member.Change} {member.Old} ▸ {member.New}"));
    }

    [Fact]
    public void Tables_of_strangers_cost_no_more_than_their_bound()
    {
        var deep = Enumerable.Range(0, 5000).ToDictionary(i => "T" + i, i => (IReadOnlyList<string>)[$"next: T{i + 1}"]);

        var compared = ContractComparison.Of(
            Contract("ask(): T0", deep),
            Contract("ask(): Loop", new Dictionary<string, IReadOnlyList<string>> { ["Loop"] = ["next: Loop"] }),
            "1",
            "2");

        Assert.Equal(Fit.Unknown, compared.OldCallers);
    }

    private static (Fit Old, Fit New) Compare(
        string before,
        IReadOnlyDictionary<string, IReadOnlyList<string>> old,
        string after,
        IReadOnlyDictionary<string, IReadOnlyList<string>> changed)
    {
        var compared = ContractComparison.Of(Contract(before, old), Contract(after, changed), "1", "2");
        return (compared.OldCallers, compared.NewCallers);
    }

    private static ContractShape Contract(string method, IReadOnlyDictionary<string, IReadOnlyList<string>> types) =>
        new("a", "1.0.0", [Method(method)], types);

    private static MethodShape Method(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var close = text.LastIndexOf(')');
        var parameters = text[(open + 1)..close];
        return new MethodShape(
            text[..open],
            "rpc",
            parameters.Length == 0 ? [] : parameters.Split(", "),
            close + 1 == text.Length ? null : text[(close + 3)..],
            false,
            null);
    }
}
