using CsCheck;

namespace Fan.Tests.Naming;

public sealed class ServiceNameTests
{
    [Theory]
    [InlineData("simple", "simple", "")]
    [InlineData("retail.store[store_id].public_wines", "retail.store.public_wines", "store_id")]
    [InlineData("store[a].item[b]", "store.item", "a,b")]
    [InlineData("retail.store[42].public_wines", "retail.store.public_wines", "42")]
    public void A_name_is_its_parts_and_its_shard_keys(string text, string canonical, string keys)
    {
        var name = ServiceName.Parse(text);

        Assert.Equal(canonical, name.Canonical);
        Assert.Equal(keys, string.Join(',', name.ShardKeys));
        Assert.Equal(text, name.Template);
    }

    [Theory]
    [InlineData("", "must not be empty")]
    [InlineData(".a", "at 1")]
    [InlineData("a..b", "at 3")]
    [InlineData("a.", "ends where")]
    [InlineData("a/b", "at 2")]
    [InlineData("../etc", "at 1")]
    [InlineData("a[", "at 2")]
    [InlineData("a[]", "at 2")]
    [InlineData("a[b[c]]", "at 2")]
    [InlineData("a[b]c", "at 5")]
    [InlineData("a\u0000b", "at 2")]
    [InlineData("é", "at 1")]
    public void A_hostile_name_is_refused_with_its_place(string text, string place)
    {
        Assert.False(ServiceName.TryParse(text, out _, out var error));
        Assert.Contains(place, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', error);
    }

    [Fact]
    public void Length_and_parts_are_bounded()
    {
        Assert.False(ServiceName.TryParse(new string('a', ServiceName.MaxLength + 1), out _, out _));
        Assert.False(ServiceName.TryParse(string.Join('.', Enumerable.Repeat("a", ServiceName.MaxParts + 1)), out _, out _));
        Assert.True(ServiceName.TryParse(string.Join('.', Enumerable.Repeat("a", ServiceName.MaxParts)), out _, out _));
    }

    [Fact]
    public void Any_key_can_be_written_and_read_again() => Gen.String[1, ServiceName.MaxKeyLength].Where(ServiceName.IsKey).Sample(key =>
        Assert.Equal([key], ServiceName.Parse($"store[{ServiceName.EscapeKey(key)}].item").ShardKeys));

    [Theory]
    [InlineData("a\u0001")]
    [InlineData("a%01")]
    [InlineData("%0A")]
    public void What_can_be_no_key_is_refused_with_its_place(string key)
    {
        Assert.False(ServiceName.TryParse($"store[{key}].item", out _, out var error));
        Assert.Contains("has a shard key at 7 that is no key", error, StringComparison.Ordinal);
        Assert.False(ServiceName.TryParse($"store[{new string('a', ServiceName.MaxKeyLength + 1)}].item", out _, out _));
        Assert.False(ServiceName.TryParse("store[\ud83c].item", out _, out _));
    }

    [Fact]
    public void Any_text_is_either_a_name_or_an_error() =>
        Gen.String.Sample(text =>
        {
            var ok = ServiceName.TryParse(text, out var name, out var error);
            return ok ? name!.Canonical.Length > 0 && error is null : error!.Length > 0 && name is null;
        });
}
