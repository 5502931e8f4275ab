using System.Collections;
using System.Runtime.CompilerServices;

namespace Fan.Meaning.Tests.Values;

/// <summary>The items of any collection.</summary>
internal static class Contents
{
    /// <summary>None of a collection that is a struct with nothing in it, which can't be enumerated.</summary>
    public static IEnumerable<object?> Of(IEnumerable items) =>
        items is ValueType && items.Equals(RuntimeHelpers.GetUninitializedObject(items.GetType())) ? [] : items.Cast<object?>();
}
