namespace Fan.Cli.Load;

/// <summary>How a method is to be called.</summary>
/// <param name="Callers">How many calls may be under way at once.</param>
/// <param name="Duration">How long calls begin.</param>
/// <param name="WarmUp">How long calls are made before, which don't count.</param>
/// <param name="Rate">Calls begun in a second, over all callers; null for as many as there can be.</param>
internal sealed record LoadPlan(int Callers, TimeSpan Duration, TimeSpan WarmUp, double? Rate);
