using System.Text;
using Semver;

namespace Fan.Versions;

/// <summary>
/// The versions that a caller accepts, as npm writes them: <c>^1.2</c>, <c>~1.4</c>, <c>&gt;=2 &lt;3</c>, <c>1.x</c>. Immutable.
/// </summary>
internal sealed class VersionRange : IEquatable<VersionRange>
{
    private const int MaxLength = 256;

    private readonly SemVersionRange _range;

    private VersionRange(string text, SemVersionRange range)
    {
        Text = text;
        _range = range;
    }

    /// <summary>Every release, and a pre-release where nothing else is there is not one of them.</summary>
    public static VersionRange Any { get; } = new("*", SemVersionRange.AllRelease);

    public string Text { get; }

    /// <summary>As it travels with a call: any needs no word.</summary>
    public string? Header => ReferenceEquals(this, Any) ? null : Text;

    /// <exception cref="FormatException">It is no range; the message says so.</exception>
    public static VersionRange Parse(string text)
    {
        if (text is "" or "*") return Any;
        if (text.Length > MaxLength)
        {
            throw new FormatException($"A version range has at most {MaxLength} characters; this one has {text.Length}.");
        }

        return SemVersionRange.TryParseNpm(text, out var range) || SemVersionRange.TryParseNpm(WithoutLeadingZeros(text), out range)
            ? new VersionRange(text, range)
            : throw new FormatException(
                $"'{Messaging.HeaderText.Shorten(text)}' is no version range; write '^1.2', '~1.4', '>=2 <3', '1.x' or a version.");
    }

    public bool Contains(SemVersion version) => _range.Contains(version);

    public bool Equals(VersionRange? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as VersionRange);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    // micro-fan's versions have them; a range of npm's has none.
    private static string WithoutLeadingZeros(string text)
    {
        var plain = new StringBuilder(text.Length);
        var isNumber = true;
        for (var at = 0; at < text.Length; at++)
        {
            // A pre-release and a build keep theirs, up to the next version of the range.
            if (text[at] is '-' or '+') isNumber = false;
            else if (text[at] is ' ' or '|') isNumber = true;
            var isFirst = at == 0 || !char.IsAsciiDigit(text[at - 1]);
            if (isNumber && isFirst) while (text[at] == '0' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])) at++;
            plain.Append(text[at]);
        }

        return plain.ToString();
    }
}
