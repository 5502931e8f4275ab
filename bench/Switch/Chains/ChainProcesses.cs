using System.Globalization;
using System.Text.Json;
using Fan;
using Fan.Proxies;
using SwitchBench.Processes;

namespace SwitchBench.Chains;

/// <summary>The processes that serve: both versions of the services, and one proxy of a chain each.</summary>
internal static class ChainProcesses
{
    public static Task<int> ServeAsync(string store, string routes, string version) =>
        RunAsync(store, routes, $"cellar-{version}", fan => _ = version == "1.0.0"
            ? fan.AddService<ICellarOne>(_ => new Cellar(version)).AddService<IRacks>(_ => new Cellar(version)).Shard<IRacks>(Cellar.Shards)
            : fan.AddService<ICellarTwo>(_ => new Cellar(version)));

    /// <summary>A proxy of the service and one of the sharded service, each of which is one of a chain.</summary>
    public static Task<int> ProxyAsync(string store, string routes, string name, string kind, string isLast) =>
        RunAsync(store, routes, name, fan =>
        {
            var number = int.Parse(name.Split('-')[1], CultureInfo.InvariantCulture);
            foreach (var chain in ChainRun.Chains)
            {
                var next = isLast == "last" ? null : new ProxyTarget { Service = chain.ProxyName(number + 1) };
                fan.AddProxy(
                    chain.ProxyName(number),
                    chain.Service,
                    (call, ct) => HandleAsync(kind, call, next, ct),
                    options => options.MaxMirrored = 4);
            }
        });

    private static ValueTask HandleAsync(string kind, ProxiedCall call, ProxyTarget? next, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case "split": return call.ForwardAsync(Random.Shared.Next(2) == 0 ? next : null, cancellationToken);
            case "transform": return TransformAsync(call, next, cancellationToken);
            case "mirror": call.Mirror(next ?? new ProxyTarget()); break;
        }

        return call.ForwardAsync(next, cancellationToken);
    }

    // Reads and writes again what passes.
    private static async ValueTask TransformAsync(ProxiedCall call, ProxyTarget? next, CancellationToken cancellationToken)
    {
        var target = (next ?? new ProxyTarget()) with
        {
            Payload = Again(call.Payload.IsSingleSegment ? call.Payload.First : System.Buffers.BuffersExtensions.ToArray(call.Payload))
        };
        if (call.Kind != MethodKind.Stream)
        {
            using var reply = await call.CallAsync(target, cancellationToken);
            await call.ReplyAsync(Again(reply.Memory), cancellationToken);
            return;
        }

        await foreach (var item in call.StreamAsync(target, cancellationToken))
        {
            using (item) await call.ReplyAsync(Again(item.Memory), cancellationToken);
        }
    }

    private static byte[] Again(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.SerializeToUtf8Bytes(document.RootElement);
    }

    private static async Task<int> RunAsync(string store, string routes, string name, Action<FanBuilder> configure)
    {
        using var host = await Applications.StartAsync(store, routes, name, TimeProvider.System, configure);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await host.StopAsync();
        return 0;
    }
}
