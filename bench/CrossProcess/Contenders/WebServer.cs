using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CrossProcess.Contenders;

/// <summary>The web application of a peer, on a free port of this machine or on a unix domain socket.</summary>
internal sealed class WebServer(WebApplication app, string? socket) : Server
{
    public override string Address => socket ?? app.Urls.First();

    public static async Task<Server> StartAsync(
        HttpProtocols protocols, Action<WebApplicationBuilder> configure, Action<WebApplication> map, string? socket = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (socket is not null) kestrel.ListenUnixSocket(socket, listen => listen.Protocols = protocols);
            else kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        configure(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new WebServer(app, socket);
    }

    public override async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (socket is not null) Directory.Delete(Path.GetDirectoryName(socket)!, recursive: true);
    }

    /// <summary>A path for a socket, in a folder of its own that goes with the server.</summary>
    public static string NewSocket() => Path.Combine(Directory.CreateTempSubdirectory("fan-bench-").FullName, "peer.sock");
}
