using System.Text;

namespace Fan.Generators.Reading;

/// <summary>The numbers of docs/codec.md that generated code has in it.</summary>
internal static class CompactWire
{
    public const uint Unsigned = 1;
    public const uint Signed = 2;
    public const uint Four = 3;
    public const uint Eight = 4;
    public const uint Sixteen = 5;
    public const uint Bytes = 6;
    public const uint Object = 7;
    public const uint List = 8;
    public const uint Map = 9;

    /// <summary>28 bits of the FNV-1a hash of a name.</summary>
    public static uint TagOf(string name)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(name)) hash = unchecked((hash ^ b) * 16777619u);
        return (hash >> 28) ^ (hash & 0x0fff_ffff);
    }
}
