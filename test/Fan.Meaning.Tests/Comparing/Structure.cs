using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fan.Meaning.Tests.Values;

namespace Fan.Meaning.Tests.Comparing;

/// <summary>Compares values by what they are made of, private fields included. Not by their JSON, which hides what JSON loses.</summary>
internal static class Structure
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The first place where they differ, with both values there; null where there is none.</summary>
    public static string? Difference(object? left, object? right) => Difference(left, right, "", 0);

    private static string? Difference(object? left, object? right, string place, int depth)
    {
        if (ReferenceEquals(left, right)) return null;
        if (left is null || right is null || depth > 200) return Tell(place, left, right);
        var type = left.GetType();
        if (type != right.GetType())
        {
            return $"{Place(place)} is a {Name(type)} ({ValueText.Of(left)}) / a {Name(right.GetType())} ({ValueText.Of(right)})";
        }
        if (Leaf(left, right) is { } same) return same ? null : Tell(place, left, right);
        if (left is IDictionary or IEnumerable && IsCollection(type))
        {
            return Items(left, right, place, depth)
                ?? (IsPlatform(type) ? Comparers(left, right, type, place) : Members(left, right, type, place, depth));
        }
        return Members(left, right, type, place, depth);
    }

    private static bool? Leaf(object left, object right) => (left, right) switch
    {
        (double a, double b) =>
            BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b) || (double.IsNaN(a) && double.IsNaN(b)),
        (float a, float b) => BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b) || (float.IsNaN(a) && float.IsNaN(b)),
        (Half a, Half b) => BitConverter.HalfToInt16Bits(a) == BitConverter.HalfToInt16Bits(b) || (Half.IsNaN(a) && Half.IsNaN(b)),
        (decimal a, decimal b) => decimal.GetBits(a).AsSpan().SequenceEqual(decimal.GetBits(b)),
        (DateTime a, DateTime b) => a.Ticks == b.Ticks && a.Kind == b.Kind,
        (DateTimeOffset a, DateTimeOffset b) => a.EqualsExact(b),
        (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
        (Uri a, Uri b) => string.Equals(a.OriginalString, b.OriginalString, StringComparison.Ordinal) && a.IsAbsoluteUri == b.IsAbsoluteUri,
        (JsonElement a, JsonElement b) =>
            a.ValueKind == b.ValueKind && (a.ValueKind == JsonValueKind.Undefined || a.GetRawText() == b.GetRawText()),
        (JsonDocument a, JsonDocument b) => a.RootElement.GetRawText() == b.RootElement.GetRawText(),
        (JsonNode a, JsonNode b) => a.ToJsonString() == b.ToJsonString(),
        (ReadOnlyMemory<byte> a, ReadOnlyMemory<byte> b) => a.Span.SequenceEqual(b.Span),
        (Memory<byte> a, Memory<byte> b) => a.Span.SequenceEqual(b.Span),
        (Type or Delegate or CultureInfo or System.Net.IPAddress or Version, _) => left.Equals(right),
        _ => left.GetType() is { IsPrimitive: true } or { IsEnum: true }
            || left is Guid or DateOnly or TimeOnly or TimeSpan or Int128 or UInt128 or System.Numerics.BigInteger
            ? left.Equals(right)
            : null,
    };

    private static bool IsCollection(Type type) =>
        type.IsArray
        || type.GetInterfaces().Any(
            i => i == typeof(ICollection) || (i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>)));

    private static bool IsPlatform(Type type) => type.IsArray || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true;

    private static string? Items(object left, object right, string place, int depth)
    {
        var (a, b) = (Contents.Of((IEnumerable)left).ToArray(), Contents.Of((IEnumerable)right).ToArray());
        if (a.Length != b.Length) return $"{Place(place)} has {a.Length} items / {b.Length} ({ValueText.Of(left)} / {ValueText.Of(right)})";
        for (var i = 0; i < a.Length; i++)
        {
            if (Difference(a[i], b[i], string.Create(CultureInfo.InvariantCulture, $"{place}[{i}]"), depth + 1) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? Comparers(object left, object right, Type type, string place)
    {
        if (type.GetProperty("Comparer") is not { } property) return null;
        var (a, b) = (property.GetValue(left)?.GetType(), property.GetValue(right)?.GetType());
        return a == b ? null : $"{Place(place)} compares by {a} / {b}";
    }

    private static string? Members(object left, object right, Type type, string place, int depth)
    {
        for (var at = type; at is not null && at != typeof(object) && at != typeof(ValueType); at = at.BaseType)
        {
            if (at != type && IsPlatform(at) && IsCollection(at)) return null;
            foreach (var field in at.GetFields(Fields))
            {
                if (field.FieldType.IsPointer || field.FieldType.IsByRef) continue;
                var name = field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;
                if (Difference(field.GetValue(left), field.GetValue(right), $"{place}.{name}", depth + 1) is { } difference)
                {
                    return difference;
                }
            }
        }

        return null;
    }

    private static string Tell(string place, object? left, object? right) =>
        $"{Place(place)} is {ValueText.Of(left)} / {ValueText.Of(right)}";

    private static string Place(string place) => place.Length == 0 ? "it" : place.TrimStart('.');

    private static string Name(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
}
