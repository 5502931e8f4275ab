using CrossProcess.Brokers;
using MassTransit;

namespace CrossProcess.Contenders;

/// <summary>MassTransit's requests over RabbitMQ, with queues that are not kept, and without confirmations.</summary>
internal static class MassTransitContender
{
    private const int Prefetch = 500;

    public static Contender Contender(string name, Broker broker) => new(
        name,
        async () =>
        {
            var queue = "bench-" + Guid.NewGuid().ToString("N");
            return new BusServer(queue, await StartAsync(
                broker.Address,
                bus =>
                {
                    bus.AddConsumer<EchoConsumer>();
                    bus.AddConsumer<RecordConsumer>();
                },
                (context, rabbit) => rabbit.ReceiveEndpoint(queue, endpoint =>
                {
                    endpoint.PrefetchCount = Prefetch;
                    (endpoint.Durable, endpoint.AutoDelete, endpoint.ConfigureConsumeTopology) = (false, true, false);
                    endpoint.ConfigureConsumers(context);
                })));
        },
        async queue => new BusClient(await StartAsync(
            broker.Address,
            bus =>
            {
                bus.AddRequestClient<EchoAsked>(new Uri($"exchange:{queue}?temporary=true"));
                bus.AddRequestClient<RecordAsked>(new Uri($"exchange:{queue}?temporary=true"));
            },
            (_, _) => { })))
    {
        Broker = broker,
    };

    private static async Task<IHost> StartAsync(
        string address,
        Action<IBusRegistrationConfigurator> configure,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator> endpoints)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMassTransit(bus =>
        {
            configure(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                var uri = new Uri(address);
                rabbit.Host(new Uri($"rabbitmq://{uri.Host}:{uri.Port}/"), host =>
                {
                    var user = uri.UserInfo.Split(':');
                    host.Username(user[0]);
                    host.Password(user[1]);
                    host.PublisherConfirmation = false;
                });
                rabbit.PrefetchCount = Prefetch;
                endpoints(context, rabbit);
            });
        });
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public sealed record EchoAsked(string Text);

    public sealed record EchoAnswered(string Text);

    public sealed record RecordAsked(Wine Wine);

    public sealed record RecordAnswered(Wine Wine);

    public sealed class EchoConsumer : IConsumer<EchoAsked>
    {
        public Task Consume(ConsumeContext<EchoAsked> context) => context.RespondAsync(new EchoAnswered(context.Message.Text));
    }

    public sealed class RecordConsumer : IConsumer<RecordAsked>
    {
        public Task Consume(ConsumeContext<RecordAsked> context) => context.RespondAsync(new RecordAnswered(context.Message.Wine));
    }

    private sealed class BusServer(string queue, IHost host) : Server
    {
        public override string Address => queue;

        public override async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    private sealed class BusClient(IHost host) : Client
    {
        private readonly IServiceScope _scope = host.Services.CreateScope();

        private IRequestClient<EchoAsked> Echo => field ??= _scope.ServiceProvider.GetRequiredService<IRequestClient<EchoAsked>>();

        private IRequestClient<RecordAsked> Record => field ??= _scope.ServiceProvider.GetRequiredService<IRequestClient<RecordAsked>>();

        public override async ValueTask<string> EchoAsync(string text) =>
            (await Echo.GetResponse<EchoAnswered>(new EchoAsked(text))).Message.Text;

        public override async ValueTask<int> RecordAsync() =>
            (await Record.GetResponse<RecordAnswered>(new RecordAsked(Wine.Sample))).Message.Wine.Id;

        public override async ValueTask DisposeAsync()
        {
            _scope.Dispose();
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }
}
