using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Redis.Tests.Servers;

namespace Fan.Redis.Tests.Calls;

public sealed class RedisFreezeTests(RedisServers servers) : TransportFreezeConformance
{
    private string _uri = "";

    protected override bool HasOthers => false;

    protected override async Task<(FrozenLink Link, TransportApplication Caller)> LinkAsync()
    {
        var server = await servers.SharedAsync();
        var link = Own(FrozenLink.To(server.Port));
        _uri = server.Uri;
        await ServeAsync("cellars", Tree, Cellar);
        return (link, await StartAsync("caller", Tree, fan => fan.AddRedis(options => options.Uri = $"redis://127.0.0.1:{link.Port}")));
    }

    protected override void AddTo(FanBuilder application) => application.AddRedis(options => options.Uri = _uri);
}
