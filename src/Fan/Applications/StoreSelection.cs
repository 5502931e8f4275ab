using Fan.Coordination;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Applications;

/// <summary>Which store an application uses: what its code says, then configuration <c>Fan:Store</c>, then <c>FAN_STORE</c>, then the embedded one.</summary>
internal static class StoreSelection
{
    public const string EnvironmentVariable = "FAN_STORE";

    public static ICoordinationStore Create(ApplicationPlan plan, IServiceProvider services)
    {
        if (plan.StoreFactory is { } factory) return factory(services);
        var url = plan.StoreUrl ?? services.GetService<IConfiguration>()?["Fan:Store"] ?? Environment.GetEnvironmentVariable(EnvironmentVariable);
        return services.GetRequiredService<StoreProviders>().Create(string.IsNullOrWhiteSpace(url) ? null : url);
    }
}
