namespace Fan.Generators.Tests.Compact;

/// <summary>Callers and services of different versions understand each other as far as what they share goes.</summary>
public sealed class CompactEvolutionTests
{
    private readonly Old.Shop _oldShop = new();
    private readonly New.Shop _newShop = new();
    private readonly Old.IShop _old;
    private readonly New.IShop _new;

    public CompactEvolutionTests()
    {
        _old = GeneratedContracts.Of<Old.IShop>().CreateClient(
            new CrossChannel(_newShop, GeneratedContracts.Of<New.IShop>(), new CompactTestCodec()));
        _new = GeneratedContracts.Of<New.IShop>().CreateClient(
            new CrossChannel(_oldShop, GeneratedContracts.Of<Old.IShop>(), new CompactTestCodec()));
    }

    [Fact]
    public async Task An_old_caller_reaches_a_new_service()
    {
        var back = await _old.SellAsync(
            new Old.Order(7, "Rioja", 3, "gone", new Old.Buyer("Ann", 40)), 2, TestContext.Current.CancellationToken);
        // What the new one does not know is dropped; what it added has its default.
        Assert.Equal(new Old.Order(7, "Rioja", 3, null, new Old.Buyer("Ann", 0)), back with { Note = back.Note });
        Assert.Equal("7 Rioja 3 no gift 0 Ann 2 EUR", _newShop.Last);
    }

    [Fact]
    public async Task A_new_caller_reaches_an_old_service()
    {
        var back = await _new.SellAsync(
            new New.Order(new New.Buyer("Ann") { Email = "a@b" }, true, 3, 7, "Rioja") { Weight = 5 },
            2,
            ct: TestContext.Current.CancellationToken);
        Assert.Equal(new New.Order(new New.Buyer("Ann"), false, 3, 7, "Rioja"), back);
        Assert.Equal("7 Rioja 3 null Ann 0 2", _oldShop.Last);
    }

    [Fact]
    public async Task A_new_argument_with_a_value_of_its_own_is_not_dropped_in_silence()
    {
        var order = new New.Order(new New.Buyer("Ann"), false, 3, 7, "Rioja");
        var error = await Assert.ThrowsAsync<BadArgumentException>(
            async () => await _new.SellAsync(order, 2, "USD", TestContext.Current.CancellationToken));
        Assert.StartsWith("'sell' has no argument with the tag #", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("; it takes order, count.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_may_become_wider()
    {
        Assert.Equal(5, await _old.WidenAsync(5, 6, 7, TestContext.Current.CancellationToken));
        Assert.Equal("5 6 7", _newShop.Last);
        // And back, as long as they fit.
        Assert.Equal(9, await _new.WidenAsync(9, 1, 2, TestContext.Current.CancellationToken));
        var error = await Assert.ThrowsAsync<BadArgumentException>(
            async () => await _new.WidenAsync(1L << 40, 1, 2, TestContext.Current.CancellationToken));
        Assert.Equal("a", error.Argument);
    }
}
