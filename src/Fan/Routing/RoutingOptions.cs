namespace Fan.Routing;

/// <summary>
/// Which transports the application takes to whom, as code and configuration say. A target is a service without brackets,
/// <c>service/method</c>, or <c>*</c>.
/// </summary>
internal sealed class RoutingOptions
{
    public const string Everything = "*";

    /// <summary>By target.</summary>
    public Dictionary<string, RouteRule> Rules { get; } = new(StringComparer.Ordinal);

    /// <summary>What could not be read.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Sets what is given and leaves what stands there otherwise.</summary>
    public void Set(string target, string? calls, string? pushes, string origin)
    {
        var before = Rules.GetValueOrDefault(target) ?? new RouteRule(null, null);
        Rules[target] = new RouteRule(
            calls is null ? before.Calls : new RouteNames(Split(calls), origin),
            pushes is null ? before.Pushes : new RouteNames(Split(pushes), origin));
    }

    private static string[] Split(string names) => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>What is said of one target.</summary>
internal sealed record RouteRule(RouteNames? Calls, RouteNames? Pushes);

/// <summary>Names of transports, and where they were written.</summary>
internal sealed record RouteNames(IReadOnlyList<string> Names, string Origin);
