using Fan;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WineStore.Contracts;

namespace WineStore.ServiceDefaults;

/// <summary>
/// What every process of the wine store has: the embedded store or the one that FAN_STORE names, the fast lane on this machine, the HTTP
/// route for everybody and the routes that the deployment has settings for, quiet logs.
/// </summary>
public static class WineStoreApplication
{
    /// <summary>Set for the processes that the story starts: they end with it.</summary>
    public const string EndWithParent = "WINESTORE_END_WITH_PARENT";

    /// <summary>The argument of a program that is to be its coming release.</summary>
    public const string NextRelease = "next";

    /// <summary>Builds one process of the wine store.</summary>
    public static IHost Build(string[] args, string name, Action<FanBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = Host.CreateApplicationBuilder(args);
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        // Standard output belongs to the story.
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        configure(builder.Services.AddFan(options => options.Name = name).AddSqliteStore().AddZooKeeperStore().AddIpc().AddHttp()
            .AddRoutesOf(builder.Configuration)
            .AddJson(WineStoreJson.Default));
        if (Environment.GetEnvironmentVariable(EndWithParent) is not null) builder.Services.AddHostedService<ParentProcess>();
        return builder.Build();
    }
}
