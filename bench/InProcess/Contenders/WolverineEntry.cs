using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine;

namespace InProcess.Contenders;

/// <summary>Wolverine as a mediator.</summary>
internal sealed class WolverineEntry() : Entry("wolverine")
{
    private IHost _host = null!;
    private IMessageBus _bus = null!;

    public override bool LeavesThread => true;

    public override async Task StartAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseWolverine(options =>
        {
            options.Durability.Mode = DurabilityMode.MediatorOnly;
            options.Discovery.DisableConventionalDiscovery().IncludeType(typeof(WolverineHandler));
        });
        _host = builder.Build();
        await _host.StartAsync();
        _bus = _host.Services.CreateScope().ServiceProvider.GetRequiredService<IMessageBus>();
    }

    public override Task RunAsync(string operation, int calls) => LoopAsync(new Through(_bus), operation, calls);

    public override Task RunOnceAsync(string operation) => OnceAsync(new Through(_bus), operation);

    public override async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private readonly struct Through(IMessageBus bus) : IContender
    {
        public ValueTask<string> EchoAsync(string text) => new(bus.InvokeAsync<string>(new EchoMessage(text)));

        public async ValueTask<int> AddAsync(int left, int right) => (await bus.InvokeAsync<Sum>(new AddMessage(left, right))).Value;
    }
}

public sealed record EchoMessage(string Text);

public sealed record AddMessage(int Left, int Right);

public sealed record Sum(int Value);

public static class WolverineHandler
{
    public static string Handle(EchoMessage message) => message.Text;

    public static Sum Handle(AddMessage message) => new(message.Left + message.Right);
}
