using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Fan.Generators.Reading;

/// <summary>SemVer 2.0 versions and service names, as far as a build can check them.</summary>
internal static class Versions
{
    public static bool IsSemVer(string text)
    {
        var plus = text.IndexOf('+');
        var rest = plus < 0 ? text : text.Substring(0, plus);
        if (plus >= 0 && !Identifiers(text.Substring(plus + 1), numericMayPad: true)) return false;
        var dash = rest.IndexOf('-');
        if (dash >= 0 && !Identifiers(rest.Substring(dash + 1), numericMayPad: false)) return false;
        var core = (dash < 0 ? rest : rest.Substring(0, dash)).Split('.');
        return core.Length == 3
            && core.All(part => part.Length is > 0 and < 10 && part.All(IsDigit) && (part.Length == 1 || part[0] != '0'));
    }

    public static bool IsServiceName(string text)
    {
        if (text.Length is 0 or > 256) return false;
        var at = 0;
        for (var parts = 1; parts <= 16; parts++)
        {
            var start = at;
            while (at < text.Length && IsNameCharacter(text[at])) at++;
            if (at == start) return false;
            if (at < text.Length && text[at] == '[')
            {
                var close = text.IndexOf(']', at);
                if (close <= at + 1 || text.IndexOf('[', at + 1, close - at - 1) >= 0) return false;
                at = close + 1;
            }

            if (at == text.Length) return true;
            if (text[at++] != '.') return false;
        }

        return false;
    }

    public static IComparer<string> Ascending { get; } = Comparer<string>.Create(Compare);

    public static bool AreEqual(string left, string right) => Compare(left, right) == 0;

    public static bool IsPreRelease(string version) => WithoutBuild(version).IndexOf('-') >= 0;

    /// <summary>The version without what marks it as a pre-release.</summary>
    public static string Release(string version) => WithoutBuild(version).Split('-')[0];

    /// <summary>The precedence of SemVer; both are valid.</summary>
    public static int Compare(string left, string right)
    {
        var byCore = Release(left).Split('.').Zip(Release(right).Split('.'), CompareIdentifiers).FirstOrDefault(order => order != 0);
        if (byCore != 0) return byCore;
        if (!IsPreRelease(left) || !IsPreRelease(right)) return IsPreRelease(right).CompareTo(IsPreRelease(left));
        var one = WithoutBuild(left).Substring(Release(left).Length + 1).Split('.');
        var other = WithoutBuild(right).Substring(Release(right).Length + 1).Split('.');
        var order = one.Zip(other, CompareIdentifiers).FirstOrDefault(found => found != 0);
        return order != 0 ? order : one.Length.CompareTo(other.Length);
    }

    /// <summary>
    /// The lowest version that may follow with such a change. In 0.x the second number counts as the first, and in 0.0.x the third.
    /// </summary>
    public static string Next(string version, bool breaks)
    {
        var core = Release(version).Split('.').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        if (IsPreRelease(version)) return Release(version);
        var step = (core[0], core[1], breaks) switch
        {
            ( > 0, _, true) => (core[0] + 1, 0, 0),
            ( > 0, _, false) => (core[0], core[1] + 1, 0),
            (_, > 0, true) => (0, core[1] + 1, 0),
            _ => (0, core[1], core[2] + 1),
        };
        return FormattableString.Invariant($"{step.Item1}.{step.Item2}.{step.Item3}");
    }

    private static string WithoutBuild(string version) => version.Split('+')[0];

    private static int CompareIdentifiers(string left, string right)
    {
        var isNumber = left.All(IsDigit);
        if (isNumber != right.All(IsDigit)) return isNumber ? -1 : 1;
        if (isNumber && left.Length != right.Length) return left.Length.CompareTo(right.Length);
        return string.CompareOrdinal(left, right);
    }

    private static bool Identifiers(string text, bool numericMayPad) =>
        text.Split('.').All(part => part.Length > 0 && part.All(c => IsNameCharacter(c) && c != '_') &&
            (numericMayPad || part.Length == 1 || part[0] != '0' || !part.All(IsDigit)));

    private static bool IsDigit(char c) => c is >= '0' and <= '9';

    private static bool IsNameCharacter(char c) => IsDigit(c) || c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_' or '-';
}
