using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CrossProcess.Contenders;

/// <summary>
/// A minimal API and HttpClient, as lean as both allow without giving up JSON: slim builder, source-generated JSON and endpoints, no
/// logging.
/// </summary>
internal static class MinimalApi
{
    public static Contender Contender(string name, Version version) => new(
        name,
        () => WebServer.StartAsync(
            version == HttpVersion.Version11 ? HttpProtocols.Http1 : HttpProtocols.Http2,
            builder => builder.Services.ConfigureHttpJsonOptions(
                options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, CellarJson.Default)),
            app =>
            {
                app.MapPost("/echo", (EchoRequest request) => TypedResults.Ok(request.Text));
                app.MapPost("/record", (Wine wine) => TypedResults.Ok(wine));
            }),
        address => Task.FromResult<Client>(new MinimalApiClient(new Uri(address), version)));

    private sealed class MinimalApiClient(Uri address, Version version) : Client
    {
        private static readonly MediaTypeHeaderValue Json = new("application/json");

        private readonly Uri _echo = new(address, "/echo");
        private readonly Uri _record = new(address, "/record");
        private readonly HttpClient _http = new(new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

        public override ValueTask<string> EchoAsync(string text) =>
            new(PostAsync(_echo, new EchoRequest(text), CellarJson.Default.EchoRequest, CellarJson.Default.String));

        public override async ValueTask<int> RecordAsync() =>
            (await PostAsync(_record, Wine.Sample, CellarJson.Default.Wine, CellarJson.Default.Wine)).Id;

        public override ValueTask DisposeAsync()
        {
            _http.Dispose();
            return default;
        }

        // PostAsJsonAsync would send chunks and hold the reply twice, for 10 to 20 percent more CPU.
        private async Task<TReply> PostAsync<T, TReply>(Uri url, T value, JsonTypeInfo<T> type, JsonTypeInfo<TReply> reply)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url)
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact
            };
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(value, type)) { Headers = { ContentType = Json } };
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync(reply))!;
        }
    }
}
