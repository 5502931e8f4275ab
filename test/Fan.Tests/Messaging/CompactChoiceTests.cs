using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Queues;
using Fan.Serving;
using Fan.Tests.Applications;
using Fan.Tests.Queues;
using Fan.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fan.Tests.Messaging;

public sealed class CompactChoiceTests : IAsyncDisposable
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Broker _broker = new();
    private readonly List<TestHost> _hosts = [];
    private readonly ConcurrentQueue<(string? ContentType, string Payload)> _sent = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts) await host.DisposeAsync();
        _broker.Dispose();
    }

    [Fact]
    public async Task Two_applications_for_which_the_form_means_the_same_use_it()
    {
        await HostAsync(_ => { });
        var caller = await CallAsync(_ => { });
        Assert.Equal(Colour.White, await caller.Fan.Get<IPaint>().MixAsync(Colour.Red));
        Assert.Equal(MediaTypes.Compact, Assert.Single(_sent).ContentType);
        Assert.Equal(MediaTypes.Compact, await PublishedAsync(caller));
    }

    [Fact]
    public async Task A_service_whose_json_means_something_else_neither_offers_nor_takes_it()
    {
        var service = await HostAsync(fan => fan.AddJson(GivenJson.Converter(Texts())));
        var caller = await CallAsync(fan => fan.AddJson(GivenJson.Converter(Texts())));
        Assert.Equal(Colour.White, await caller.Fan.Get<IPaint>().MixAsync(Colour.Red));
        Assert.Equal((MediaTypes.Json, """{"first":"Red"}"""), Assert.Single(_sent));
        Assert.Null(await PublishedAsync(caller));

        var server = service.Server.Server;
        var call = new IncomingCall
        {
            Payload = new ReadOnlySequence<byte>([1]),
            ContentType = MediaTypes.Compact,
            Headers = new MessageHeaders(),
            Transport = "loop"
        };
        var refused = await Assert.ThrowsAsync<BadMessageException>(async () => await server.ServeAsync(
            server.Resolve("paint", "mix"), call, new ArrayBufferWriter<byte>(), TestContext.Current.CancellationToken));
        Assert.Equal("content-type", refused.Place);
    }

    [Fact]
    public async Task A_caller_whose_json_means_something_else_does_not_use_what_is_offered()
    {
        await HostAsync(_ => { });
        var caller = await CallAsync(fan => fan.AddJson(GivenJson.Converter(new Numbers())));
        Assert.Equal(Colour.White, await caller.Fan.Get<IPaint>().MixAsync(Colour.Red));
        Assert.Equal((MediaTypes.Json, """{"first":1}"""), Assert.Single(_sent));
        Assert.Equal(MediaTypes.Compact, await PublishedAsync(caller));
    }

    [Fact]
    public async Task A_push_that_came_in_the_form_waits_in_its_queue_as_json()
    {
        var news = new News();
        await StartAsync("host", fan =>
        {
            fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(_broker));
            fan.AddService<INews>(_ => news);
        }, new CompactLoopServer(_network));
        var pusher = await StartAsync("pusher", fan => fan.DependsOn<INews>(), new LoopServer(_network));
        await pusher.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        Assert.Equal(MediaTypes.Compact, Assert.Single(_sent).ContentType);
        Assert.Equal(MediaTypes.Json, Assert.Single(_broker.Sent).ContentType);
        await Eventually.TrueAsync(() => news.Texts.Count == 1, "it was handled");
        Assert.Equal("a", Assert.Single(news.Texts));
    }

    private static JsonConverter<Colour> Texts() =>
        (JsonConverter<Colour>)new JsonStringEnumConverter<Colour>().CreateConverter(typeof(Colour), new JsonSerializerOptions())!;

    private static async Task<string?> PublishedAsync(TestHost caller) =>
        Assert.Single((await caller.Directory.FindAsync("paint"))[0].Description.Methods).ContentType;

    private Task<TestHost> HostAsync(Action<FanBuilder> configure) =>
        StartAsync("painter", fan => configure(fan.AddService<IPaint, Paint>()), new CompactLoopServer(_network));

    private Task<TestHost> CallAsync(Action<FanBuilder> configure) =>
        StartAsync("caller", fan => configure(fan.DependsOn<IPaint>()), new LoopServer(_network));

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure, LoopServer server)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, fan =>
        {
            fan.Services.Replace(ServiceDescriptor.Singleton<IServerTransport>(server)).Replace(
                ServiceDescriptor.Singleton<IClientTransport>(new ListeningClient(new LoopClient(_network), _sent)));
            configure(fan);
        });
        _hosts.Add(host);
        return host;
    }

    private sealed class CompactLoopServer(LoopNetwork network) : LoopServer(network)
    {
        public override EndpointDescription? Describe(ServedService service) =>
            base.Describe(service)! with { Methods = service.DescribeMethods() };
    }

    private sealed class ListeningClient(LoopClient inner, ConcurrentQueue<(string? ContentType, string Payload)> sent) : IClientTransport
    {
        public string Name => inner.Name;

        public ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
        {
            sent.Enqueue((call.ContentType, Encoding.UTF8.GetString(call.Payload.Span)));
            return inner.CallAsync(call, cancellationToken);
        }

        public async IAsyncEnumerable<ReplyPayload> StreamAsync(
            OutgoingCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var item in inner.StreamAsync(call, cancellationToken)) yield return item;
        }
    }

    private sealed class Numbers : JsonConverter<Colour>
    {
        public override Colour Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (Colour)reader.GetInt32();

        public override void Write(Utf8JsonWriter writer, Colour value, JsonSerializerOptions options) =>
            writer.WriteNumberValue((int)value);
    }
}
