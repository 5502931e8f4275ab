using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fan.Applications;
using Fan.Coordination;
using Fan.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Meaning.Tests.Routes;

/// <summary>
/// An application that hosts the services of cases and copies its local calls. Its settings of JSON are the one place that says what a type
/// means.
/// </summary>
internal sealed class Application : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly PayloadCodecs _codecs;

    private Application(IHost host)
    {
        _host = host;
        _codecs = host.Services.GetRequiredService<FanApplication>().Pipeline.Codecs;
    }

    public JsonCodec Json => _codecs.Json;

    public CompactCodec Compact => _codecs.Compact;

    private JsonSerializerOptions Options => Json.Options;

    public static async Task<Application> StartAsync(
        IEnumerable<(Type Contract, object Service)> services, params IJsonTypeInfoResolver[] resolvers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var tree = new MemoryTree();
        var fan = builder.Services.AddFan(options => (options.Name, options.CopyLocalCalls) = ("meaning", true))
            .UseStore(_ => new MemoryCoordinationStore(tree));
        foreach (var resolver in resolvers) fan.AddJson(resolver);
        foreach (var (contract, service) in services) Generic(nameof(Add), contract, fan, service);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new Application(host);
    }

    /// <summary>What the serializer alone makes of a value of a type.</summary>
    public Outcome Reference(object? value, Type type) =>
        Outcome.Of(
            () => JsonSerializer.SerializeToUtf8Bytes(value, type, Options),
            bytes => JsonSerializer.Deserialize(bytes, type, Options)) with
        { Sender = value };

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    /// <summary>Whoever calls a service of this application holds this.</summary>
    public object ClientOf(Type contract) => Generic(nameof(Get), contract, _host.Services.GetRequiredService<IFan>())!;

    private static object? Generic(string method, Type type, params object[] arguments) =>
        typeof(Application).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
            .Invoke(null, arguments);

    private static TService Get<TService>(IFan fan)
        where TService : class => fan.Get<TService>();

    private static void Add<TService>(FanBuilder fan, object service)
        where TService : class => fan.AddService(_ => (TService)service);
}
