using Mediator;
using Microsoft.Extensions.DependencyInjection;

namespace InProcess.Contenders;

/// <summary>Mediator 3: source-generated dispatch to handlers.</summary>
internal sealed class MediatorEntry() : Entry("mediator")
{
    private ServiceProvider _services = null!;
    private IMediator _mediator = null!;

    public override Task StartAsync()
    {
        _services = new ServiceCollection().AddMediator().BuildServiceProvider();
        _mediator = _services.GetRequiredService<IMediator>();
        return Task.CompletedTask;
    }

    public override Task RunAsync(string operation, int calls) => LoopAsync(new Through(_mediator), operation, calls);

    public override Task RunOnceAsync(string operation) => OnceAsync(new Through(_mediator), operation);

    public override ValueTask DisposeAsync() => _services.DisposeAsync();

    private readonly struct Through(IMediator mediator) : IContender
    {
        public ValueTask<string> EchoAsync(string text) => mediator.Send(new EchoRequest(text));

        public ValueTask<int> AddAsync(int left, int right) => mediator.Send(new AddRequest(left, right));
    }
}

public sealed record EchoRequest(string Text) : IRequest<string>;

public sealed record AddRequest(int Left, int Right) : IRequest<int>;

public sealed class EchoRequestHandler : IRequestHandler<EchoRequest, string>
{
    public ValueTask<string> Handle(EchoRequest request, CancellationToken cancellationToken) => new(request.Text);
}

public sealed class AddRequestHandler : IRequestHandler<AddRequest, int>
{
    public ValueTask<int> Handle(AddRequest request, CancellationToken cancellationToken) => new(request.Left + request.Right);
}
