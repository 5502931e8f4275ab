using Semver;

namespace Fan.Routing;

/// <summary>Versions as they stand in the store: SemVer 2.0, and micro-fan's short forms <c>1</c> and <c>1.2</c>.</summary>
internal static class ServiceVersion
{
    /// <summary>Highest first; what is no version comes last.</summary>
    public static IComparer<string> Descending { get; } = Comparer<string>.Create((left, right) =>
        SemVersion.ComparePrecedence(TryParse(right, out var second) ? second : null, TryParse(left, out var first) ? first : null));

    /// <summary>Whether it is <c>1</c>, <c>1.2</c> or <c>1.2.3</c>, which is all that micro-fan sees.</summary>
    public static bool IsPlain(string text) => TryParse(text, out var version) && version is { IsRelease: true, Metadata.Length: 0 };

    public static bool TryParse(string text, out SemVersion version)
    {
        version = null!;
        if (text.Length is 0 or > 128 || !char.IsAsciiDigit(text[0])) return false;
        if (!SemVersion.TryParse(text, SemVersionStyles.OptionalMinorPatch, out var parsed)) return false;
        version = parsed;
        return true;
    }
}
