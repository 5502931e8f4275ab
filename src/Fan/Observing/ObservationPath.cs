namespace Fan.Observing;

/// <summary>Where observations stand in the store.</summary>
internal static class ObservationPath
{
    /// <summary>The services whose calls are to be counted. Ephemeral: it goes with whoever wanted it.</summary>
    public const string Wanted = "/fan/observed";

    /// <summary>Ephemeral nodes of the applications that count.</summary>
    public const string Reports = "/fan/observations";

    public const string ReportPrefix = "calls_";
}
