namespace Fan.Shapes;

/// <summary>How much of what one side writes the other one reads. The worst one counts.</summary>
internal enum Fit
{
    /// <summary>Everything.</summary>
    Full,

    /// <summary>They can talk, and not every value arrives: one is passed over, takes its default or is refused.</summary>
    Partly,

    /// <summary>One of them did not tell.</summary>
    Unknown,

    /// <summary>They can't talk.</summary>
    None,
}

/// <summary>The two sides of a comparison, as messages call them.</summary>
/// <param name="Caller">The contract of the caller.</param>
/// <param name="Service">The contract of the service.</param>
/// <param name="ServiceIsNewer">
/// Which of them the other one was changed into: what was added later has a default, what was taken away was expected.
/// </param>
internal sealed record Sides(string Caller, string Service, bool ServiceIsNewer);
