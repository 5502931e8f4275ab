using System.Diagnostics;
using Fan;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace InProcess.Contenders;

/// <summary>The typed call through Fan to a service of the same process.</summary>
internal class FanEntry(string name = "fan") : Entry(name)
{
    private IHost _host = null!;
    private IWorker _worker = null!;

    public override async Task StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddFan(options => options.Name = "bench").UseStore("memory:").AddService<IWorker, Worker>();
        _host = builder.Build();
        await _host.StartAsync();
        _worker = Client();
    }

    public override Task RunAsync(string operation, int calls) => LoopAsync(new Through(_worker), operation, calls);

    public override Task RunOnceAsync(string operation) => OnceAsync(new Through(_worker), operation);

    public override async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    // Getting a client also looks at once whether anybody listens.
    protected IWorker Client() => _host.Services.GetRequiredService<IFan>().Get<IWorker>();

    private readonly struct Through(IWorker worker) : IContender
    {
        public ValueTask<string> EchoAsync(string text) => worker.EchoAsync(text);

        public ValueTask<int> AddAsync(int left, int right) => worker.AddAsync(left, right);
    }
}

/// <summary>The same with a listener to Fan's spans.</summary>
internal sealed class FanTracingEntry() : FanEntry("fan + tracing")
{
    private ActivityListener? _listener;

    public override void Enter()
    {
        _listener = Listening.To("Fan");
        Client();
    }

    public override void Leave()
    {
        _listener?.Dispose();
        Client();
    }
}
