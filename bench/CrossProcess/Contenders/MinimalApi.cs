using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CrossProcess.Contenders;

/// <summary>A minimal API and HttpClient, as lean as their documentation teaches: slim builder, source-generated JSON and endpoints, no logging.</summary>
internal static class MinimalApi
{
    public static Contender Contender(string name, Version version) => new(
        name,
        () => WebServer.StartAsync(
            version == HttpVersion.Version11 ? HttpProtocols.Http1 : HttpProtocols.Http2,
            builder => builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, CellarJson.Default)),
            app =>
            {
                app.MapPost("/echo", (EchoRequest request) => TypedResults.Ok(request.Text));
                app.MapPost("/record", (Wine wine) => TypedResults.Ok(wine));
            }),
        address => Task.FromResult<Client>(new MinimalApiClient(new Uri(address), version)));

    private sealed class MinimalApiClient : Client
    {
        private readonly HttpClient _http;

        public MinimalApiClient(Uri address, Version version)
        {
            _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false, EnableMultipleHttp2Connections = true })
            {
                BaseAddress = address,
                DefaultRequestVersion = version,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
        }

        public override async Task<string> EchoAsync(string text)
        {
            using var response = await _http.PostAsJsonAsync("/echo", new EchoRequest(text), CellarJson.Default.EchoRequest);
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync(CellarJson.Default.String))!;
        }

        public override async Task<int> RecordAsync()
        {
            using var response = await _http.PostAsJsonAsync("/record", Wine.Sample, CellarJson.Default.Wine);
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync(CellarJson.Default.Wine))!.Id;
        }

        public override ValueTask DisposeAsync()
        {
            _http.Dispose();
            return default;
        }
    }
}
