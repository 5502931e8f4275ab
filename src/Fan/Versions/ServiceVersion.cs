using System.Buffers;
using Semver;

namespace Fan.Versions;

/// <summary>
/// Versions as they stand in the store: SemVer 2.0, and micro-fan's own, one to three numbers, also with zeros before them: <c>1</c>,
/// <c>1.2</c>, <c>2024.05.01</c>.
/// </summary>
internal static class ServiceVersion
{
    private static readonly SearchValues<char> Numbers = SearchValues.Create("0123456789.");

    /// <summary>Highest first; what is no version comes last.</summary>
    public static IComparer<string> Descending { get; } = Comparer<string>.Create((left, right) =>
        SemVersion.ComparePrecedence(TryParse(right, out var second) ? second : null, TryParse(left, out var first) ? first : null));

    /// <summary>
    /// Whether it is <c>1</c>, <c>1.2</c> or <c>1.2.3</c>, also with zeros before a number, which is all that micro-fan sees.
    /// </summary>
    public static bool IsPlain(string text) => TryParse(text, out var version) && version is { IsRelease: true, Metadata.Length: 0 };

    public static bool TryParse(string text, out SemVersion version)
    {
        version = null!;
        if (text.Length is 0 or > 128 || !char.IsAsciiDigit(text[0])) return false;
        // SemVer has no zeros before numbers. They change no order, and micro-fan has them: numbers alone are taken with them.
        var styles = text.AsSpan().ContainsAnyExcept(Numbers)
            ? SemVersionStyles.OptionalMinorPatch
            : SemVersionStyles.OptionalMinorPatch | SemVersionStyles.AllowLeadingZeros;
        if (!SemVersion.TryParse(text, styles, out var parsed)) return false;
        version = parsed;
        return true;
    }
}
