using System.Text.Json;
using Fan.Meaning.Tests.Comparing;

namespace Fan.Meaning.Tests;

/// <summary>The comparison sees what equality and JSON do not.</summary>
public sealed class StructureTests
{
    public static TheoryData<object?, object?> Different => new()
    {
        { 0.0, -0.0 },
        { 1.0f, 1.0 },
        { 1.1m, 1.10m },
        { 0m, new decimal(0, 0, 0, isNegative: true, 0) },
        { new DateTime(1, DateTimeKind.Utc), new DateTime(1, DateTimeKind.Local) },
        { new DateTimeOffset(2024, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)), new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        { "a\u0301", "á" },
        { null, "" },
        { new[] { 1, 2 }, new[] { 1, 3 } },
        { new[] { 1, 2 }, new[] { 1, 2, 3 } },
        { new List<int> { 1 }, new[] { 1 } },
        { new List<double> { 0.0 }, new List<double> { -0.0 } },
        { new Dictionary<string, int> { ["a"] = 1 }, new Dictionary<string, int> { ["A"] = 1 } },
        { new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase), new Dictionary<string, int>() },
        { (1, "a"), (1, "b") },
        { new Secret(1), new Secret(2) },
        { new Derived(1, 2), new Derived(1, 3) },
        { new Secret(1), new Derived(1, 0) },
        { JsonElement.Parse("1.0"), JsonElement.Parse("1.00") },
        { new Uri("http://a/%41"), new Uri("http://a/A") },
        { new ReadOnlyMemory<byte>([1]), new ReadOnlyMemory<byte>([2]) },
        { new Bag { 1 }, new Bag { 2 } },
    };

    public static TheoryData<object?, object?> Same => new()
    {
        { double.NaN, BitConverter.Int64BitsToDouble(0x7ff0_0000_0000_0001) },
        { null, null },
        { new List<int>(100) { 1 }, new List<int> { 1 } },
        { new Secret(1), new Secret(1) },
        { new Derived(1, 2), new Derived(1, 2) },
        { new ReadOnlyMemory<byte>([1]), new ReadOnlyMemory<byte>([0, 1]).Slice(1) },
        { new Dictionary<string, double> { ["a"] = double.NaN }, new Dictionary<string, double> { ["a"] = double.NaN } },
    };

    [Theory]
    [MemberData(nameof(Different), DisableDiscoveryEnumeration = true)]
    public void What_differs_is_told(object? left, object? right) => Assert.NotNull(Structure.Difference(left, right));

    [Theory]
    [MemberData(nameof(Same), DisableDiscoveryEnumeration = true)]
    public void What_is_the_same_is_not_told(object? left, object? right) => Assert.Null(Structure.Difference(left, right));

    internal class Secret(int value)
    {
        private readonly int _value = value;

        public override bool Equals(object? obj) => true;

        public override int GetHashCode() => _value * 0;
    }

    internal sealed class Derived(int value, int more) : Secret(value)
    {
        public int More { get; } = more;
    }

    internal sealed class Bag : System.Collections.IEnumerable
    {
        private readonly List<int> _items = [];

        public void Add(int item) => _items.Add(item);

        public System.Collections.IEnumerator GetEnumerator() => _items.GetEnumerator();
    }
}
