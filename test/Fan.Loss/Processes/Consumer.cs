using Fan.Queues;
using Microsoft.Extensions.Hosting;

namespace Fan.Loss.Processes;

/// <summary>Handles pushes: writes each one down. A part of them it fails the first time, so that they go the way of a retry too.</summary>
internal static class Consumer
{
    private const int FailsOneIn = 49;
    private const int Planted = 13;

    public static async Task RunAsync(string route, string place, string records, bool plants, CancellationToken cancellationToken)
    {
        using var writer = new RecordWriter(records);
        using var host = LossRoutes.Build(route, place, fan => fan.AddSubscription(LossProcess.Service, QueueName.MainGroup, _ => Handle, Configure));
        await host.StartAsync(cancellationToken);
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(CancellationToken.None);

        ValueTask Handle(ReceivedPush push, CancellationToken handling)
        {
            var id = push.Info.MessageId;
            if (push.Arguments.GetProperty("id").GetString() != id) throw new PushRejectedException($"The push '{id}' has the arguments of another one.");
            var number = LossProcess.Number(id);
            if (plants && number == Planted) return ValueTask.CompletedTask;
            if (push.Info.Attempt == 1 && number % FailsOneIn == 0) throw new InvalidOperationException("The first attempt fails.");
            writer.Write(id);
            return ValueTask.CompletedTask;
        }
    }

    private static void Configure(SubscriptionOptions options)
    {
        // As many as a producer has on their way, so that they keep up.
        (options.Concurrency, options.Prefetch) = (64, 128);
        (options.Backoff, options.MaxBackoff) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2));
        options.LeaseTime = TimeSpan.FromSeconds(3);
    }
}
