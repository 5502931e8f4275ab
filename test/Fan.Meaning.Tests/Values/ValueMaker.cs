using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Fan.Meaning.Tests.Cases;

namespace Fan.Meaning.Tests.Values;

/// <summary>
/// Makes the value that a seed decides. Each part has a seed of its own by its name, so a value keeps the rest when a member goes.
/// </summary>
internal static class ValueMaker
{
    private const BindingFlags Everything =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const int MostDepth = 5;

    // Keyed weakly, as the assemblies of cases are unloaded.
    private static readonly ConditionalWeakTable<Assembly, ILookup<string?, Type>> Neighbours = [];

    public static object? Make(Type type, int seed, bool mayBeNull = true, int depth = 0)
    {
        var draw = new Draw(seed);
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return mayBeNull && draw.Chance(30) ? null : Make(inner, Draw.Mix(seed, "?"), false, depth);
        }
        if (mayBeNull && !type.IsValueType && (depth > MostDepth || draw.Chance(15))) return null;
        if (ScalarValues.Of(type, draw) is { } scalar) return scalar;
        if (type.IsEnum) return Enumeration(type, draw);
        if (CollectionValues.TryMake(type, seed, depth, out var collection)) return collection;
        return Concrete(type, draw) is { } concrete ? Object(concrete, seed, draw, depth) : null;
    }

    private static ILookup<string?, Type> ByNamespace(Assembly assembly) => assembly.GetTypes().ToLookup(type => type.Namespace);

    private static object Enumeration(Type type, Draw draw)
    {
        var values = Enum.GetValuesAsUnderlyingType(type);
        if (values.Length > 0 && draw.Chance(60)) return Enum.ToObject(type, values.GetValue(draw.Below(values.Length))!);
        return ScalarValues.Of(Enum.GetUnderlyingType(type), draw) is { } any ? Enum.ToObject(type, any) : Enum.ToObject(type, 0);
    }

    // A member may hold any type that derives from its own, told to the serializer or not.
    private static Type? Concrete(Type type, Draw draw)
    {
        if (type.IsSealed || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true)
        {
            return type.IsAbstract || type.IsInterface ? null : type;
        }
        Type[] all = [.. Neighbours.GetValue(type.Assembly, ByNamespace)[type.Namespace].Where(
            other => type.IsAssignableFrom(other) && other is { IsAbstract: false, IsInterface: false, ContainsGenericParameters: false })];
        if (type is { IsAbstract: false, IsInterface: false } && (all.Length == 0 || draw.Chance(50))) return type;
        return all.Length == 0 ? null : draw.Of(all.OrderBy(other => other.Name, StringComparer.Ordinal).ToArray());
    }

    private static object? Object(Type type, int seed, Draw draw, int depth)
    {
        var value = Constructed(type, seed, draw, depth);
        if (value is null) return null;
        var fills = draw.Chance(90);
        for (var at = type; fills && at is not null && at != typeof(object) && at != typeof(ValueType); at = at.BaseType)
        {
            foreach (var field in at.GetFields(Everything))
            {
                var name = $"{at.Name}.{field.Name}";
                // Part of them stay as the constructor left them.
                if (new Draw(Draw.Mix(seed, name + "?")).Chance(75) && IsOwn(field))
                {
                    field.SetValue(value, Make(field.FieldType, Draw.Mix(seed, name), true, depth + 1));
                }
            }
        }

        return value;
    }

    private static bool IsOwn(FieldInfo field) => field.Name != "_log" && !typeof(Delegate).IsAssignableFrom(field.FieldType);

    private static object? Constructed(Type type, int seed, Draw draw, int depth)
    {
        var constructors = type.GetConstructors(Everything).Where(constructor => constructor.GetParameters().All(
            p => p.ParameterType != type && !p.ParameterType.IsByRef && !p.ParameterType.IsPointer)).ToArray();
        if (constructors.Length == 0) return type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type) : null;
        var chosen = draw.Of(constructors);
        try
        {
            return chosen.Invoke(
                [.. chosen.GetParameters().Select(
                    parameter => Make(parameter.ParameterType, Draw.Mix(seed, "(" + parameter.Name), true, depth + 1))]);
        }
        catch (TargetInvocationException)
        {
            return RuntimeHelpers.GetUninitializedObject(type);
        }
    }
}
