using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Fan.Generators.Tests.Compiling;

/// <summary>Makes a value of any type: nowhere the default, and each one another, so that a lost or exchanged one is seen.</summary>
internal sealed class Samples
{
    private const int MaxDepth = 4;
    private const BindingFlags Instance = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    private int _count = 10;

    public object? Of(Type type, int depth = 0)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Of(underlying, depth);
        if (Scalar(type) is { } scalar) return scalar;
        if (type.IsEnum)
        {
            return type.GetEnumValues().Cast<object>().LastOrDefault(value => Convert.ToDecimal(value, CultureInfo.InvariantCulture) != 0)
                ?? Enum.ToObject(type, 3);
        }
        if (depth > MaxDepth && type.Namespace != "System.Collections.Immutable")
        {
            return type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type) : null;
        }
        if (type.IsArray) return Array(type.GetElementType()!, type.GetArrayRank(), depth);
        if (Collection(type, depth) is { } collection) return collection;
        if (type.IsAbstract && type.GetCustomAttributes<JsonDerivedTypeAttribute>().FirstOrDefault() is { } derived)
        {
            return Of(derived.DerivedType, depth);
        }
        return type.IsAbstract || type.IsInterface || typeof(Delegate).IsAssignableFrom(type) || (type.Namespace == "System.Text.Json")
            ? null
            : Object(type, depth);
    }

    private object? Scalar(Type type)
    {
        var n = _count++;
        if (type == typeof(bool)) return true;
        if (type == typeof(char)) return (char)('a' + (n % 26));
        if (type == typeof(string)) return "text " + n;
        if (type == typeof(float) || type == typeof(double) || type == typeof(decimal))
        {
            return Convert.ChangeType(n + 0.5m, type, CultureInfo.InvariantCulture);
        }
        if (type == typeof(Half)) return (Half)n;
        if (type == typeof(Int128)) return (Int128)n;
        if (type == typeof(UInt128)) return (UInt128)n;
        if (type.IsPrimitive && type != typeof(nint) && type != typeof(nuint))
        {
            return Convert.ChangeType(n, type, CultureInfo.InvariantCulture);
        }
        if (type == typeof(DateTime)) return DateTime.UnixEpoch.AddDays(n);
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(2026, 1, 1, 0, n, 0, TimeSpan.FromHours(2));
        if (type == typeof(DateOnly)) return DateOnly.FromDayNumber(n);
        if (type == typeof(TimeOnly)) return new TimeOnly(1, n % 60);
        if (type == typeof(TimeSpan)) return TimeSpan.FromMinutes(n);
        if (type == typeof(Guid)) return new Guid(n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        if (type == typeof(Uri)) return new Uri("https://example.org/" + n);
        if (type == typeof(Version)) return new Version(1, n);
        if (type == typeof(byte[])) return new[] { (byte)n };
        if (type == typeof(Memory<byte>)) return new Memory<byte>([(byte)n]);
        if (type == typeof(ReadOnlyMemory<byte>)) return new ReadOnlyMemory<byte>([(byte)n]);
        if (type == typeof(JsonElement)) return JsonElement.Parse("{\"n\":" + n + "}");
        if (type == typeof(JsonDocument)) return JsonDocument.Parse("{\"n\":" + n + "}");
        if (type == typeof(JsonNode) || type == typeof(JsonObject)) return new JsonObject { ["n"] = n };
        if (type == typeof(JsonValue)) return JsonValue.Create(n);
        return type == typeof(CancellationToken) ? CancellationToken.None : null;
    }

    private Array Array(Type element, int rank, int depth)
    {
        var array = System.Array.CreateInstance(element, [.. Enumerable.Repeat(1, rank)]);
        array.SetValue(Of(element, depth + 1), new int[rank]);
        return array;
    }

    private object? Collection(Type type, int depth)
    {
        var arguments = type.IsGenericType ? type.GetGenericArguments() : [];
        if (type.IsInterface && typeof(IEnumerable).IsAssignableFrom(type) && arguments.Length is 1 or 2)
        {
            var open = arguments.Length == 2
                ? typeof(Dictionary<,>)
                : type.Name.Contains("Set", StringComparison.Ordinal)
                ? typeof(HashSet<>)
                : typeof(List<>);
            var made = open.MakeGenericType(arguments);
            return type.IsAssignableFrom(made) ? Collection(made, depth) : null;
        }

        var items = type.GetInterfaces().FirstOrDefault(
            i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
        if (items is null || type.IsAbstract) return null;
        var item = items.IsGenericType && items.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
            ? Activator.CreateInstance(items, Of(items.GetGenericArguments()[0], depth + 1), Of(items.GetGenericArguments()[1], depth + 1))
            : Of(items, depth + 1);
        if (type.Namespace == "System.Collections.Immutable")
        {
            var factory = type.Assembly.GetType(type.FullName![..type.FullName!.IndexOf('`', StringComparison.Ordinal)])!;
            var array = System.Array.CreateInstance(items, 1);
            array.SetValue(item, 0);
            return factory.GetMethods().First(m => m.Name == "CreateRange" && m.GetParameters().Length == 1)
                .MakeGenericMethod(arguments)
                .Invoke(null, [array]);
        }

        if (type.GetConstructor(Type.EmptyTypes) is not { } constructor) return null;
        var collection = constructor.Invoke(null);
        var add = typeof(ICollection<>).MakeGenericType(items);
        if (add.IsInstanceOfType(collection))
        {
            add.GetMethod("Add")!.Invoke(collection, [item]);
        }
        else
        {
            type.GetMethods(Instance)
                .FirstOrDefault(m => m.Name is "Add" or "Enqueue" or "Push" && m.GetParameters().Length == 1)?.Invoke(collection, [item]);
        }
        return collection;
    }

    private object Object(Type type, int depth)
    {
        var constructors = type.GetConstructors(Instance).Where(c => !IsCopy(c)).ToArray();
        var chosen = constructors.FirstOrDefault(c => c.GetCustomAttribute<JsonConstructorAttribute>() is not null)
            ?? constructors.Where(c => c.IsPublic).OrderBy(c => c.GetParameters().Length).FirstOrDefault();
        var parameters = chosen?.GetParameters() ?? [];
        var made = chosen is not null ? chosen.Invoke([.. parameters.Select(p => Of(Bare(p.ParameterType), depth + 1))])
            : type.IsValueType ? Activator.CreateInstance(type)! : RuntimeHelpers.GetUninitializedObject(type);
        var given = parameters.Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var member in Members(type).Where(member => !given.Contains(member.Name) && !IsIgnored(member)))
        {
            if (member is FieldInfo { IsInitOnly: false } field)
            {
                field.SetValue(made, Of(field.FieldType, depth + 1));
            }
            else if (member is PropertyInfo { SetMethod: not null } property && property.GetIndexParameters().Length == 0)
            {
                property.SetValue(made, Of(property.PropertyType, depth + 1));
            }
        }

        return made;
    }

    /// <summary>The members of a type that a wire could carry.</summary>
    public static IEnumerable<MemberInfo> Members(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Instance)
            .Concat(type.GetMembers(Instance).Where(IsIncluded))
            .Where(member => member is FieldInfo or PropertyInfo { GetMethod: not null }
                && (IsIncluded(member) || member is not PropertyInfo { GetMethod.IsPublic: false }))
            .DistinctBy(member => member.Name);

    public static bool IsIgnored(MemberInfo member) =>
        member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: not JsonIgnoreCondition.Never };

    private static bool IsIncluded(MemberInfo member) => member.GetCustomAttribute<JsonIncludeAttribute>() is not null;

    private static Type Bare(Type type) => type.IsByRef ? type.GetElementType()! : type;

    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType;
}
