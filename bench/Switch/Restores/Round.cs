using Fan.Conformance.Histories;

namespace SwitchBench.Restores;

/// <summary>What came of one time that the store came back as another one.</summary>
/// <param name="Kind">One of <see cref="Options.StoreFaults"/>.</param>
/// <param name="What">What was done.</param>
/// <param name="Window">From before it was done until all followed the same log.</param>
/// <param name="FollowSeconds">
/// From the store's first answer until every application followed the same log, by its own words and by its record.
/// </param>
/// <param name="Cpu">The part of a core that the busiest process took at rest.</param>
/// <param name="BusiestProcess">Which one.</param>
/// <param name="Faults">What should not be.</param>
internal sealed record Round(
    string Kind,
    string What,
    FaultWindow Window,
    double FollowSeconds,
    double Cpu,
    string BusiestProcess,
    IReadOnlyList<RoundFault> Faults);

/// <summary>A promise that was not kept.</summary>
/// <param name="Promise">Which one.</param>
/// <param name="Detail">What was seen.</param>
internal sealed record RoundFault(Promise Promise, string Detail);

/// <summary>What is promised of a store that comes back as another one.</summary>
internal enum Promise
{
    /// <summary>Every application follows the same log again within five seconds.</summary>
    Follow,

    /// <summary>No switch is called applied by more applications than have applied it, and after that by all.</summary>
    Applied,

    /// <summary>At rest no process takes more than 2 % of a core.</summary>
    Cpu,

    /// <summary>Every application's health says it.</summary>
    Health,

    /// <summary>The doctor says it.</summary>
    Doctor,
}
