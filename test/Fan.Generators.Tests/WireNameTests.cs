using CsCheck;
using Fan.Generators.Reading;

namespace Fan.Generators.Tests;

public sealed class WireNameTests
{
    [Theory]
    [InlineData("GetAsync", "get")]
    [InlineData("StockChangedAsync", "stock_changed")]
    [InlineData("GetURLFor2", "get_url_for2")]
    [InlineData("Async", "async")]
    [InlineData("already_snake", "already_snake")]
    public void A_method_is_snake_case_without_Async(string name, string wire) => Assert.Equal(wire, WireNames.OfMethod(name));

    [Fact]
    public void Snake_case_has_no_capitals_and_is_stable() =>
        Gen.String[Gen.Char.AlphaNumeric, 1, 30].Sample(name =>
        {
            var snake = WireNames.SnakeCase(name);
            return !snake.Any(char.IsUpper)
                && WireNames.SnakeCase(snake) == snake
                && string.Equals(snake.Replace("_", "", StringComparison.Ordinal), name, StringComparison.OrdinalIgnoreCase);
        });
}
