using Fan;
using Microsoft.Extensions.Configuration;

namespace WineStore.ServiceDefaults;

/// <summary>
/// The routes that a deployment chooses: each one that its configuration has a section for. Which service takes which of them stands in
/// <c>Fan:Routes</c>.
/// </summary>
internal static class DeployedRoutes
{
    public static FanBuilder AddRoutesOf(this FanBuilder fan, IConfiguration configuration)
    {
        if (configuration.GetSection("Fan:Tcp").Exists()) fan.AddTcp();
#if !NATIVE
        if (configuration.GetSection("Fan:Database").Exists()) fan.AddDatabase();
        if (configuration.GetSection("Fan:Amqp").Exists()) fan.AddAmqp();
        if (configuration.GetSection("Fan:Redis").Exists()) fan.AddRedis();
#endif
        return fan;
    }
}
