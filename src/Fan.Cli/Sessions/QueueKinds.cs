using Microsoft.Extensions.Configuration;

namespace Fan.Cli.Sessions;

/// <summary>The kinds of queue transport that the tool can open: a line for each. Their addresses and credentials come from the environment, under the names that applications have for them.</summary>
internal static class QueueKinds
{
    public static FanBuilder AddQueues(this FanBuilder fan)
    {
        var settings = fan.Services.Select(descriptor => descriptor.ImplementationInstance).OfType<IConfiguration>().FirstOrDefault();
        // Whoever looks makes no tables.
        if (settings?.GetSection("Fan:Database").GetChildren().Any() == true) fan.AddDatabase(options => options.MakeTables = false);
        return fan;
    }
}
