using System.ComponentModel;
using System.Text;

namespace Fan.Generated;

/// <summary>How a value stands on the wire: enough to skip it without knowing what it is. The numbers are those of docs/codec.md.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CompactKind
{
    /// <summary>Nothing.</summary>
    public const uint Null = 0;

    /// <summary>A whole number that is not negative: seven bits a byte, the lowest first.</summary>
    public const uint Unsigned = 1;

    /// <summary>A whole number in zigzag, then as <see cref="Unsigned"/>.</summary>
    public const uint Signed = 2;

    /// <summary>Four bytes.</summary>
    public const uint Four = 3;

    /// <summary>Eight bytes.</summary>
    public const uint Eight = 4;

    /// <summary>Sixteen bytes.</summary>
    public const uint Sixteen = 5;

    /// <summary>A length and so many bytes.</summary>
    public const uint Bytes = 6;

    /// <summary>A count and so many members, each a tag and a value.</summary>
    public const uint Object = 7;

    /// <summary>A count, the kind of the items, the items.</summary>
    public const uint List = 8;

    /// <summary>A count, the kinds of keys and values, the pairs.</summary>
    public const uint Map = 9;

    /// <summary>Beside a kind in a list or map: a byte stands before each value, 0 for null.</summary>
    public const uint HasNulls = 16;

    internal const uint Mask = 15;

    /// <summary>
    /// The depth at which the object of the arguments begins: levels are those of a value, be it an argument or a result.
    /// </summary>
    internal const int AroundArguments = -1;

    internal const int TagBits = 4;

    /// <summary>The number by which a member is known: 28 bits of the FNV-1a hash of its name.</summary>
    public static uint TagOf(string name)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(name)) hash = unchecked((hash ^ b) * 16777619u);
        return (hash >> 28) ^ (hash & 0x0fff_ffff);
    }

    internal static string NameOf(uint kind) => kind switch
    {
        Null => "null",
        Unsigned or Signed => "a whole number",
        Four => "4 bytes",
        Eight => "8 bytes",
        Sixteen => "16 bytes",
        Bytes => "text or bytes",
        Object => "an object",
        List => "a list",
        Map => "a map",
        _ => $"of an unknown kind ({kind})",
    };
}
