using Proto;

namespace InProcess.Contenders;

/// <summary>Proto.Actor: a request to an actor and its reply.</summary>
internal sealed class ProtoActorEntry() : Entry("proto.actor")
{
    private ActorSystem _system = null!;
    private PID _worker = null!;

    public override bool LeavesThread => true;

    public override Task StartAsync()
    {
        _system = new ActorSystem();
        _worker = _system.Root.Spawn(Props.FromProducer(() => new WorkerActor()));
        return Task.CompletedTask;
    }

    public override Task RunAsync(string operation, int calls) => LoopAsync(new Through(_system, _worker), operation, calls);

    public override Task RunOnceAsync(string operation) => OnceAsync(new Through(_system, _worker), operation);

    public override async ValueTask DisposeAsync()
    {
        await _system.ShutdownAsync();
        await _system.DisposeAsync();
    }

    private readonly struct Through(ActorSystem system, PID worker) : IContender
    {
        public ValueTask<string> EchoAsync(string text) => new(system.Root.RequestAsync<string>(worker, new EchoMessage(text)));

        public async ValueTask<int> AddAsync(int left, int right) =>
            (await system.Root.RequestAsync<Sum>(worker, new AddMessage(left, right))).Value;
    }

    private sealed class WorkerActor : IActor
    {
        public Task ReceiveAsync(IContext context)
        {
            switch (context.Message)
            {
                case EchoMessage echo: context.Respond(echo.Text); break;
                case AddMessage add: context.Respond(new Sum(add.Left + add.Right)); break;
            }

            return Task.CompletedTask;
        }
    }
}
