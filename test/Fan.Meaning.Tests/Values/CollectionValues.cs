using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Reflection;
using Fan.Meaning.Tests.Cases;

namespace Fan.Meaning.Tests.Values;

/// <summary>Makes lists, sets and maps of every kind.</summary>
internal static class CollectionValues
{
    public static bool TryMake(Type type, int seed, int depth, out object? value)
    {
        value = null;
        if (type.IsArray)
        {
            value = type.GetArrayRank() == 1
                ? Items(type.GetElementType()!, seed, depth)
                : Array.CreateInstance(type.GetElementType()!, 1, 1);
            return true;
        }

        if (typeof(IDictionary).IsAssignableFrom(type) && type.BaseType is { IsGenericType: true } map && !type.IsGenericType)
        {
            return Fill(type, map.GetGenericArguments(), seed, depth, out value);
        }
        if (!type.IsGenericType) return typeof(IEnumerable).IsAssignableFrom(type) && Fill(type, [typeof(int)], seed, depth, out value);
        var arguments = type.GetGenericArguments();
        var definition = type.GetGenericTypeDefinition();
        if (definition == typeof(Memory<>))
        {
            value = Activator.CreateInstance(type, Items(arguments[0], seed, depth));
        }
        else if (typeof(IEnumerable).IsAssignableFrom(type))
        {
            value = arguments.Length == 1 ? List(definition, arguments[0], seed, depth) : Map(definition, arguments, seed, depth);
        }
        return value is not null;
    }

    private static int Count(int seed, int depth) =>
        new Draw(Draw.Mix(seed, "#")) is var draw && depth > 3 ? draw.Of(0, 1) : draw.Of(0, 1, 2, 3, 3, draw.Chance(3) ? 200 : 4);

    private static Array Items(Type element, int seed, int depth)
    {
        var count = Count(seed, depth);
        var items = Array.CreateInstance(element, count);
        for (var i = 0; i < count; i++) items.SetValue(ValueMaker.Make(element, Draw.Mix(seed, $"[{i}]"), true, depth + 1), i);
        return items;
    }

    private static object? List(Type definition, Type element, int seed, int depth)
    {
        var items = Items(element, seed, depth);
        var draw = new Draw(Draw.Mix(seed, "kind"));
        Type Of(Type open) => open.MakeGenericType(element);
        object New(Type open) => Activator.CreateInstance(Of(open), items)!;
        object Call(Type holder, string name) =>
            holder.GetMethods().First(m => m.Name == name
                && m.GetParameters() is [{ ParameterType: { IsGenericType: true } only }, ..]
                && only.GetGenericTypeDefinition() == typeof(IEnumerable<>)
                && m.GetGenericArguments().Length == 1)
                .MakeGenericMethod(element) is var method
                    ? method.Invoke(null, method.GetParameters().Length == 1 ? [items] : [items, null])!
                    : items;
        if (definition.IsInterface)
        {
            // Without an order of its own it has one by chance, unless its items say their hash by their value.
            if (definition == typeof(ISet<>) || definition == typeof(IReadOnlySet<>))
            {
                return draw.Chance(70) || !(element.IsPrimitive || element == typeof(string))
                    ? New(typeof(HashSet<>))
                    : Call(typeof(ImmutableHashSet), "CreateRange");
            }
            if (definition == typeof(IEnumerable<>) && draw.Chance(30)) return New(typeof(LinkedList<>));
            return draw.Below(4) switch { 0 => items, 1 => New(typeof(Collection<>)), _ => New(typeof(List<>)) };
        }

        if (definition == typeof(ImmutableArray<>))
        {
            return draw.Chance(10) ? Activator.CreateInstance(Of(definition)) : Call(typeof(ImmutableArray), "CreateRange");
        }
        if (definition == typeof(ImmutableList<>)) return Call(typeof(ImmutableList), "CreateRange");
        if (definition == typeof(SortedSet<>) && !typeof(IComparable).IsAssignableFrom(element))
        {
            return Activator.CreateInstance(Of(definition));
        }
        if (definition == typeof(Collection<>) || definition == typeof(ReadOnlyCollection<>))
        {
            return Activator.CreateInstance(Of(definition), New(typeof(List<>)));
        }
        if (definition == typeof(HashSet<>) && element == typeof(string) && draw.Chance(30))
        {
            return new HashSet<string>((string[])items, StringComparer.OrdinalIgnoreCase);
        }
        return Of(definition).GetConstructor([typeof(IEnumerable<>).MakeGenericType(element)]) is { } constructor
            ? constructor.Invoke([items])
            : Of(definition).GetConstructor([items.GetType()])?.Invoke([items]);
    }

    private static object? Map(Type definition, Type[] arguments, int seed, int depth)
    {
        var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(arguments))!;
        Put(map, arguments, seed, depth);
        if (definition.IsInterface || definition == typeof(Dictionary<,>)) return map;
        if (definition == typeof(ImmutableDictionary<,>))
        {
            return typeof(ImmutableDictionary).GetMethods().First(m => m.Name == "CreateRange" && m.GetParameters().Length == 1)
                .MakeGenericMethod(arguments)
                .Invoke(null, [map]);
        }

        var needsOrder = definition == typeof(SortedDictionary<,>) || definition == typeof(SortedList<,>);
        if (needsOrder && !typeof(IComparable).IsAssignableFrom(arguments[0]))
        {
            return Activator.CreateInstance(definition.MakeGenericType(arguments));
        }
        if (definition == typeof(ConcurrentDictionary<,>)) return Activator.CreateInstance(definition.MakeGenericType(arguments), map);
        var made = definition.MakeGenericType(arguments).GetConstructor([typeof(IDictionary<,>).MakeGenericType(arguments)]);
        return made?.Invoke([map]);
    }

    private static void Put(IDictionary map, Type[] arguments, int seed, int depth)
    {
        for (var i = Count(seed, depth); i > 0; i--)
        {
            if (ValueMaker.Make(arguments[0], Draw.Mix(seed, $"k{i}"), false, depth + 1) is { } key)
            {
                map[key] = ValueMaker.Make(arguments[1], Draw.Mix(seed, $"v{i}"), true, depth + 1);
            }
        }
    }

    // Collections of one's own: filled by what they add with.
    private static bool Fill(Type type, Type[] arguments, int seed, int depth, out object? value)
    {
        value = null;
        if (type.GetConstructor(Type.EmptyTypes) is null || type.IsAbstract) return false;
        value = Activator.CreateInstance(type)!;
        if (value is IDictionary map) Put(map, arguments, seed, depth);
        else if (type.GetMethod("Add", BindingFlags.Instance | BindingFlags.Public, arguments) is { } add)
        {
            foreach (var item in Items(arguments[0], seed, depth)) add.Invoke(value, [item]);
        }

        foreach (var property in type.GetProperties().Where(p => p is { CanWrite: true, Name: "Label" or "Top" }))
        {
            property.SetValue(value, ValueMaker.Make(property.PropertyType, Draw.Mix(seed, property.Name), true, depth + 1));
        }
        return true;
    }
}
