namespace Fan.Http.Origins;

/// <summary>Who sends a request, as far as a browser says: no page by default. Immutable.</summary>
internal readonly struct Visitor
{
    /// <summary>Whether a browser sends it.</summary>
    public bool IsPage { get; init; }

    /// <summary>The allowed origin of a page that is to be answered as CORS asks; null for all others.</summary>
    public string? Origin { get; init; }

    /// <summary>Why it may not; null where it may.</summary>
    public string? Reason { get; private init; }

    /// <summary>Which header says so.</summary>
    public string? Place { get; private init; }

    public static Visitor Refused(string place, string reason) => new() { IsPage = true, Place = place, Reason = reason };
}
