namespace Fan.Messaging;

/// <summary>
/// The versions that a caller accepts of the services whose proxies its call has passed, as they travel:
/// <c>retail.store=%5E1.2,prices=%3E%3D2</c>.
/// </summary>
internal static class PassedRanges
{
    /// <summary>The range of one service; null where there is none.</summary>
    public static string? Find(string? ranges, string service)
    {
        if (ranges is null) return null;
        foreach (var part in ranges.AsSpan().Split(','))
        {
            var pair = ranges.AsSpan(part);
            if (IsOf(pair, service)) return Uri.UnescapeDataString(pair[(service.Length + 1)..]);
        }

        return null;
    }

    /// <summary>The same with another range of one service.</summary>
    public static string With(string? ranges, string service, string range)
    {
        var own = $"{service}={Uri.EscapeDataString(range)}";
        return ranges is null ? own : string.Join(',', ranges.Split(',').Where(pair => !IsOf(pair, service)).Append(own));
    }

    private static bool IsOf(ReadOnlySpan<char> pair, string service) =>
        pair.Length > service.Length && pair[service.Length] == '=' && pair.StartsWith(service, StringComparison.Ordinal);
}
