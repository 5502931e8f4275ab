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
        return core.Length == 3 && core.All(part => part.Length is > 0 and < 10 && part.All(IsDigit) && (part.Length == 1 || part[0] != '0'));
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

    private static bool Identifiers(string text, bool numericMayPad) =>
        text.Split('.').All(part => part.Length > 0 && part.All(c => IsNameCharacter(c) && c != '_') &&
            (numericMayPad || part.Length == 1 || part[0] != '0' || !part.All(IsDigit)));

    private static bool IsDigit(char c) => c is >= '0' and <= '9';

    private static bool IsNameCharacter(char c) => IsDigit(c) || c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_' or '-';
}
