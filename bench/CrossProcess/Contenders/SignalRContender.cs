using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace CrossProcess.Contenders;

/// <summary>SignalR: one WebSocket, messages of MessagePack.</summary>
internal static class SignalRContender
{
    public static Contender Contender(string name) => new(
        name,
        () => WebServer.StartAsync(
            HttpProtocols.Http1,
            builder => builder.Services.AddSignalR().AddMessagePackProtocol(),
            app => app.MapHub<CellarHub>("/cellar")),
        async address =>
        {
            var connection = new HubConnectionBuilder()
                .WithUrl(new Uri(address + "/cellar"), options =>
                {
                    options.Transports = HttpTransportType.WebSockets;
                    options.SkipNegotiation = true;
                })
                .AddMessagePackProtocol()
                .Build();
            await connection.StartAsync();
            return new SignalRClient(connection);
        });

    internal sealed class CellarHub : Hub
    {
        public string Echo(string text) => text;

        public PackedWine Record(PackedWine wine) => wine;
    }

    private sealed class SignalRClient(HubConnection connection) : Client
    {
        public override ValueTask<string> EchoAsync(string text) => new(connection.InvokeAsync<string>("Echo", text));

        public override async ValueTask<int> RecordAsync() => (await connection.InvokeAsync<PackedWine>("Record", PackedWine.Sample)).Id;

        public override ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
