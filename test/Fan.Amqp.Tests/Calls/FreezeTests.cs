using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Amqp.Tests.Calls;

public sealed class AmqpFreezeTests(RabbitServers servers) : TransportFreezeConformance
{
    private string _uri = "";

    protected override bool HasOthers => false;

    protected override async Task<(FrozenLink Link, TransportApplication Caller)> LinkAsync()
    {
        var server = await servers.SharedAsync();
        var link = Own(FrozenLink.To(server.Port));
        _uri = server.Uri;
        await ServeAsync("cellars", Tree, Cellar);
        return (link, await StartAsync(
            "caller", Tree, fan => fan.AddAmqp(options => options.Uri = $"amqp://guest:guest@127.0.0.1:{link.Port}")));
    }

    protected override void AddTo(FanBuilder application) => application.AddAmqp(options => options.Uri = _uri);
}
