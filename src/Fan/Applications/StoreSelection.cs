using Fan.Coordination;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Applications;

/// <summary>
/// Which store an application uses: what its code says, then configuration <c>Fan:Store</c>, then <c>FAN_STORE</c>, then the embedded one.
/// </summary>
internal static class StoreSelection
{
    public const string EnvironmentVariable = "FAN_STORE";

    public static ICoordinationStore Create(ApplicationPlan plan, IServiceProvider services) =>
        plan.StoreFactory is { } factory ? factory(services) : services.GetRequiredService<StoreProviders>().Create(UrlOf(plan, services));

    /// <summary>Whether the application is in a store of its own memory because nobody named one.</summary>
    public static bool IsAlone(ApplicationPlan plan, IServiceProvider services) =>
        plan.StoreFactory is null && UrlOf(plan, services) is null && !services.GetRequiredService<StoreProviders>().HasDefault;

    private static string? UrlOf(ApplicationPlan plan, IServiceProvider services)
    {
        var url = plan.StoreUrl
            ?? services.GetService<IConfiguration>()?["Fan:Store"]
            ?? Environment.GetEnvironmentVariable(EnvironmentVariable);
        return string.IsNullOrWhiteSpace(url) ? null : url;
    }
}
