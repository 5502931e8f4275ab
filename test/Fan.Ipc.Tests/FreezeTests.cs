using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Ipc.Tests;

public sealed class IpcFreezeTests : TransportCutConformance
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fan-ipc-");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected override async Task<(FrozenLink Link, TransportApplication Caller)> LinkAsync()
    {
        var at = Path.Combine(_folder.FullName, "link");
        var link = await ServeBehindAsync(
            endpoint => FrozenLink.To(endpoint.Properties["path"], at),
            (endpoint, _) => endpoint with { Properties = new Dictionary<string, string>(endpoint.Properties) { ["path"] = at } });
        return (link, await StartAsync("caller", Tree, AddTo));
    }

    protected override void AddTo(FanBuilder application) => application.AddIpc(options => options.Folder = _folder.FullName);
}

public sealed class TcpFreezeTests : TransportCutConformance
{
    protected override async Task<(FrozenLink Link, TransportApplication Caller)> LinkAsync()
    {
        var link = await ServeBehindAsync(
            endpoint => FrozenLink.To(endpoint.Port), (endpoint, between) => endpoint with { Port = between.Port });
        return (link, await StartAsync("caller", Tree, AddTo));
    }

    protected override void AddTo(FanBuilder application) => application.AddTcp();
}
