using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fan.Generators.Tests.Compiling;

/// <summary>Compares two values by all that can be seen of them, and says where they differ.</summary>
internal static class Sameness
{
    private const int MaxDepth = 8;

    /// <summary>The place and the two values of the first difference; null where there is none.</summary>
    public static string? Difference(object? one, object? other, string place = "value", int depth = 0)
    {
        if (depth > MaxDepth) return null;
        if (one is null || other is null) return one is null && other is null ? null : Tell(place, one, other);
        if (one.GetType() != other.GetType() && one is not (IEnumerable or JsonNode))
        {
            return Tell(place + " (type)", one.GetType(), other.GetType());
        }
        switch (one)
        {
            case DateTime moment: return moment.Equals(other) && moment.Kind == ((DateTime)other).Kind ? null : Tell(place, one, other);
            case double or float or decimal: return Bits(one).SequenceEqual(Bits(other)) ? null : Tell(place, one, other);
            case JsonElement json: return json.GetRawText() == ((JsonElement)other).GetRawText() ? null : Tell(place, one, other);
            case JsonDocument json: return Difference(json.RootElement, ((JsonDocument)other).RootElement, place, depth);
            case JsonNode json: return json.ToJsonString() == ((JsonNode)other).ToJsonString() ? null : Tell(place, one, other);
            case Memory<byte> memory: return memory.Span.SequenceEqual(((Memory<byte>)other).Span) ? null : Tell(place, one, other);
            case ReadOnlyMemory<byte> memory:
                return memory.Span.SequenceEqual(((ReadOnlyMemory<byte>)other).Span) ? null : Tell(place, one, other);
            case Memory<int> memory: return memory.Span.SequenceEqual(((Memory<int>)other).Span) ? null : Tell(place, one, other);
            case ReadOnlyMemory<char> memory:
                return memory.Span.SequenceEqual(((ReadOnlyMemory<char>)other).Span) ? null : Tell(place, one, other);
            case string or Uri or Version or Enum: return one.Equals(other) ? null : Tell(place, one, other);
            case IEnumerable items: return Items(items, (IEnumerable)other, place, depth);
        }

        if (one.GetType().IsPrimitive || IsPlatform(one.GetType())) return one.Equals(other) ? null : Tell(place, one, other);
        return Samples.Members(one.GetType()).Where(member => !Samples.IsIgnored(member) && CanBeSeen(member))
            .Select(member => Difference(Get(member, one), Get(member, other), place + "." + member.Name, depth + 1))
            .FirstOrDefault(difference => difference is not null);
    }

    /// <summary>A number as it stands in memory: 0 and -0, 1.1 and 1.10 are two.</summary>
    public static int[] Bits(object number) => number switch
    {
        decimal value => decimal.GetBits(value),
        double value => [.. BitConverter.GetBytes(value).Select(b => (int)b)],
        float value => [BitConverter.SingleToInt32Bits(value)],
        _ => throw new ArgumentOutOfRangeException(nameof(number)),
    };

    private static string? Items(IEnumerable one, IEnumerable other, string place, int depth)
    {
        var (these, those) = (one.Cast<object?>().ToArray(), other.Cast<object?>().ToArray());
        if (these.Length != those.Length) return Tell(place + " (count)", these.Length, those.Length);
        return these.Select((item, i) => Difference(item, those[i], $"{place}[{i}]", depth + 1))
            .FirstOrDefault(difference => difference is not null);
    }

    private static bool CanBeSeen(MemberInfo member) => member switch
    {
        PropertyInfo property => property.GetIndexParameters().Length == 0
            && !property.PropertyType.IsByRefLike
            && !property.PropertyType.IsByRef
            && !property.PropertyType.IsPointer,
        FieldInfo field => !field.FieldType.IsPointer,
        _ => false,
    };

    private static object? Get(MemberInfo member, object of) =>
        member is FieldInfo field ? field.GetValue(of) : ((PropertyInfo)member).GetValue(of);

    private static bool IsPlatform(Type type) =>
        type.Namespace is { } space
        && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal))
        && !type.Name.StartsWith("KeyValuePair", StringComparison.Ordinal)
        && !type.Name.Contains("Tuple", StringComparison.Ordinal);

    private static string Tell(string place, object? one, object? other) => $"{place} is {Text(other)} where {Text(one)} was given";

    private static string Text(object? value) => value is double or float or decimal
        ? $"{value} ({string.Join(' ', Bits(value).Select(b => b.ToString("x")))})"
        : value?.ToString() ?? "null";
}
