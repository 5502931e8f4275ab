using Fan;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SwitchBench.Processes;
using SwitchBench.Servers;
using SwitchBench.Services;

namespace SwitchBench.Peers;

/// <summary>Fan over HTTP: one commit moves the calls of both services.</summary>
internal sealed class FanPeer(Surroundings surroundings) : Peer
{
    private readonly List<Child> _serving = [];
    private Child? _desk;
    private IHost? _caller;

    public override string Name => "fan";

    public override async Task StartAsync(string version)
    {
        await ServeAsync(version);
        _desk = await Child.StartAsync("serve", "desk:http", Links.Create(surroundings, ["http"], canBeCut: false, serves: true));
        _caller = await Applications.CallAsync(surroundings.Store, "http", "caller", TimeProvider.System);
        await SwitchAsync(version);
    }

    public override async Task ReplaceAsync(string version, Action begun, Action returned)
    {
        var old = _serving.ToList();
        _serving.Clear();
        await ServeAsync(version);
        begun();
        await SwitchAsync(version);
        returned();
        foreach (var child in old) await child.DisposeAsync();
    }

    public override async Task<string[]> CallAsync() =>
        (await _caller!.Services.GetRequiredService<IFan>().Get<IDesk>().AskAsync()).Split(' ')[..2];

    public override async ValueTask DisposeAsync()
    {
        if (_caller is not null) await _caller.StopAsync();
        _caller?.Dispose();
        if (_desk is not null) await _desk.DisposeAsync();
        foreach (var child in _serving) await child.DisposeAsync();
    }

    private async Task ServeAsync(string version)
    {
        for (var i = 0; i < 2; i++)
        {
            _serving.Add(await Child.StartAsync("serve", version, Links.Create(surroundings, ["http"], canBeCut: false, serves: true)));
        }
    }

    private Task<ChangeReport> SwitchAsync(string version) => _caller!.Services.GetRequiredService<ISystemChanges>()
        .ChangeAsync(
            [RouteChange.To("bench.price", version), RouteChange.To("bench.tax", version), RouteChange.To("bench.label", version)],
            new ChangeOptions { Author = "bench" });
}
