using System.Diagnostics;

namespace InProcess.Contenders;

/// <summary>The limit with tracing: the call, and a span with the three tags that the conventions ask for around it.</summary>
internal sealed class DirectActivityEntry() : Entry("direct + activity")
{
    private static readonly ActivitySource Source = new("InProcess.Direct");

    private readonly IWorker _worker = new Worker();
    private ActivityListener? _listener;

    public override Task StartAsync()
    {
        _listener = Listening.To(Source.Name);
        return Task.CompletedTask;
    }

    public override Task RunAsync(string operation, int calls) => LoopAsync(new Traced(_worker), operation, calls);

    public override Task RunOnceAsync(string operation) => OnceAsync(new Traced(_worker), operation);

    public override ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        return default;
    }

    private readonly struct Traced(IWorker worker) : IContender
    {
        public async ValueTask<string> EchoAsync(string text)
        {
            using var span = Start("bench.worker/echo", "echo");
            return await worker.EchoAsync(text);
        }

        public async ValueTask<int> AddAsync(int left, int right)
        {
            using var span = Start("bench.worker/add", "add");
            return await worker.AddAsync(left, right);
        }

        private static Activity? Start(string name, string method)
        {
            var span = Source.StartActivity(name, ActivityKind.Internal);
            span?.SetTag("rpc.system", "fan");
            span?.SetTag("rpc.service", "bench.worker");
            span?.SetTag("rpc.method", method);
            return span;
        }
    }
}
