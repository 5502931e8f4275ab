using System.IO.Enumeration;

namespace Fan.Cli.Listing;

/// <summary>Which services a listing shows: a pattern with <c>*</c> and <c>?</c> for the whole name, or else a part of it.</summary>
internal static class NamePattern
{
    public static bool Matches(string? pattern, string service)
    {
        if (pattern is null) return true;
        if (pattern.IndexOfAny(['*', '?']) < 0) return service.Contains(pattern, StringComparison.OrdinalIgnoreCase);
        // A backslash would escape there, and no name has one.
        return !pattern.Contains('\\') && FileSystemName.MatchesSimpleExpression(pattern, service, ignoreCase: true);
    }
}
