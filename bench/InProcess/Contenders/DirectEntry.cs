namespace InProcess.Contenders;

/// <summary>The limit: a call on the interface.</summary>
internal sealed class DirectEntry() : Entry("direct")
{
    private readonly IWorker _worker = new Worker();

    public override Task RunAsync(string operation, int calls) => LoopAsync(new Direct(_worker), operation, calls);

    public override Task RunOnceAsync(string operation) => OnceAsync(new Direct(_worker), operation);

    public override ValueTask DisposeAsync() => default;

    private readonly struct Direct(IWorker worker) : IContender
    {
        public ValueTask<string> EchoAsync(string text) => worker.EchoAsync(text);

        public ValueTask<int> AddAsync(int left, int right) => worker.AddAsync(left, right);
    }
}
