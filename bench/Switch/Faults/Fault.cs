using Fan.Conformance.Histories;

namespace SwitchBench.Faults;

/// <summary>What was done to a process or a server.</summary>
/// <param name="Kind">One of <see cref="Options.AllFaults"/>.</param>
/// <param name="Of">To whom.</param>
/// <param name="From">When it began.</param>
/// <param name="To">When it was over.</param>
/// <param name="Explains">The time in which it may fail calls; null where it must not fail any.</param>
internal sealed record Fault(string Kind, string Of, long From, long To, FaultWindow? Explains);
