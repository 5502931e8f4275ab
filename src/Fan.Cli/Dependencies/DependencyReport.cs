namespace Fan.Cli.Dependencies;

/// <summary>Who hosts and needs what, of all that runs.</summary>
internal sealed record DependencyReport
{
    public required IReadOnlyList<ApplicationNeeds> Applications { get; init; }

    /// <summary>Applications that need each other in a circle: each needs the next one, the last one the first.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Cycles { get; init; }

    /// <summary>The steps in which applications may be started, where that was asked for; stopping goes the other way.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Order { get; init; }

    /// <summary>Whether a hard need is unmet.</summary>
    public bool IsBroken => Applications.Any(application => application.Needs.Any(need => need is { Hard: true, Met: false }));
}

/// <summary>The processes of one application that host and need the same.</summary>
/// <param name="Application">Its name.</param>
/// <param name="Instances">How many of them run.</param>
/// <param name="Hosts">What it hosts.</param>
/// <param name="Needs">What it calls.</param>
internal sealed record ApplicationNeeds(
    string Application, int Instances, IReadOnlyList<HostedServiceReport> Hosts, IReadOnlyList<Need> Needs);

/// <summary>A service version that is hosted.</summary>
internal sealed record HostedServiceReport(string Service, string Version)
{
    public override string ToString() => $"{Service} {Version}";
}

/// <summary>What an application calls.</summary>
internal sealed record Need
{
    public required string Service { get; init; }

    public required string Range { get; init; }

    /// <summary>Whether the application can't work without.</summary>
    public required bool Hard { get; init; }

    public required bool Met { get; init; }

    /// <summary>The versions that its calls may go to, the highest first; of a service of another name with that name.</summary>
    public required IReadOnlyList<string> By { get; init; }

    /// <summary>The applications that host them.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>Why it is not met; null where it is.</summary>
    public string? Problem { get; init; }

    /// <summary>The commit that changed the service's route last, where it is not met and the log knows one.</summary>
    public long? Commit { get; init; }
}
