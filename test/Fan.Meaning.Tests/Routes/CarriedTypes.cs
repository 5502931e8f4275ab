using System.Reflection;

namespace Fan.Meaning.Tests.Routes;

/// <summary>The types of a namespace that a value of a type may have in it.</summary>
internal static class CarriedTypes
{
    public static IReadOnlyCollection<Type> Of(Type root, string space)
    {
        var seen = new HashSet<Type>();
        var open = new Stack<Type>([root]);
        while (open.TryPop(out var type))
        {
            if (!seen.Add(type)) continue;
            foreach (var part in Parts(type, space)) open.Push(part);
        }

        return [.. seen.Where(type => type.Namespace == space && !type.IsArray)];
    }

    private static IEnumerable<Type> Parts(Type type, string space)
    {
        if (type.HasElementType) yield return type.GetElementType()!;
        foreach (var argument in type.GetGenericArguments()) yield return argument;
        if (type.Namespace != space) yield break;
        for (var at = type; at is not null && at.Namespace == space; at = at.BaseType)
        {
            foreach (var field in at.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                yield return field.FieldType;
            }
        }
    }
}
