using System.Buffers;
using System.Security.Cryptography;

namespace Fan.Ipc.Pipes;

/// <summary>The names of the pipes that <c>ipc</c> uses where sockets have no access rights.</summary>
internal static class PipeName
{
    /// <summary>What the full name of each pipe of this machine begins with.</summary>
    private const string Root = @"\\.\pipe\";

    private const string Prefix = "fan-";
    private const int RandomBytes = 16;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>A full name that cannot be guessed.</summary>
    public static string Create() => Root + Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>
    /// The name within the root; null where it names no pipe of ours, as what stands in the store may not lead callers to another's.
    /// </summary>
    public static string? Within(string fullName) =>
        fullName.StartsWith(Root + Prefix, StringComparison.Ordinal)
        && fullName.AsSpan(Root.Length + Prefix.Length) is { Length: 2 * RandomBytes } name
        && !name.ContainsAnyExcept(Hexadecimal)
            ? fullName[Root.Length..]
            : null;
}
