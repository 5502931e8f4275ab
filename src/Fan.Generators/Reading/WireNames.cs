using System;
using System.Linq;
using System.Text;

namespace Fan.Generators.Reading;

/// <summary>Names in the source to names on the wire.</summary>
internal static class WireNames
{
    public static string OfMethod(string name) =>
        SnakeCase(name.Length > 5 && name.EndsWith("Async", StringComparison.Ordinal) ? name.Substring(0, name.Length - 5) : name);

    /// <summary>Whether a method may be called so on every route: it stands in paths of URLs, in headers and on command lines.</summary>
    public static bool IsValid(string name) => name.Length is > 0 and <= 128
        && name.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-');

    /// <summary>
    /// An underscore stands before a capital that follows a small letter or digit, and before the last capital of a run that a small letter
    /// follows.
    /// </summary>
    public static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsUpper(c) && i > 0 && name[i - 1] != '_')
            {
                var afterSmall = !char.IsUpper(name[i - 1]);
                var beforeSmall = i + 1 < name.Length && char.IsLower(name[i + 1]);
                if (afterSmall || beforeSmall) text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
