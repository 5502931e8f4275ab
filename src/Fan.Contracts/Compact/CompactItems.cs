using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Fan.Generated;

/// <summary>What generated code calls for the items of lists and maps.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CompactItems
{
    /// <summary>The items in one piece, copied only where they are not.</summary>
    public static ReadOnlySpan<T> Of<T>(IEnumerable<T> items) => items switch
    {
        T[] array => array,
        List<T> list => CollectionsMarshal.AsSpan(list),
        _ => items.ToArray(),
    };

    /// <summary>Whether one of them is null.</summary>
    public static bool HasNull<T>(ReadOnlySpan<T> items)
    {
        foreach (var item in items)
        {
            if (item is null) return true;
        }

        return false;
    }

    /// <summary>An array for so many items, but not for more than is believed at once.</summary>
    public static T[] Room<T>(int count) => count == 0 ? [] : new T[CompactReader.Room(count)];

    /// <summary>Makes an array larger whose items have really come.</summary>
    public static void Grow<T>(ref T[] array, int count) => Array.Resize(ref array, (int)Math.Min(count, (long)array.Length * 2));
}
