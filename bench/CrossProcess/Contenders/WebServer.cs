using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CrossProcess.Contenders;

/// <summary>The web application of a peer, on a free port of this machine.</summary>
internal sealed class WebServer(WebApplication app) : Server
{
    public override string Address => app.Urls.First();

    public static async Task<Server> StartAsync(HttpProtocols protocols, Action<WebApplicationBuilder> configure, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        configure(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new WebServer(app);
    }

    public override ValueTask DisposeAsync() => app.DisposeAsync();
}
