using System.Globalization;
using Fan.Loss.Accounting;
using Fan.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fan.Loss.Processes;

/// <summary>
/// Handles pushes: writes down when it begins one (<c>b ID ATTEMPT MOMENT</c>), when it leaves its token unseen (<c>h ID ATTEMPT</c>), and
/// when it has handled it (<c>d ID</c>). What it does with each, <see cref="PushPlan"/> says.
/// </summary>
internal static class Consumer
{
    private const int Planted = 13;

    // Longer than the time that is given to them, and longer than the broker gives it.
    private static readonly TimeSpan Hanging = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Long = LossRoutes.ConsumerTimeout + TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan Impatience = Long + TimeSpan.FromSeconds(0.5);

    public static async Task RunAsync(
        string route, string place, string records, bool plants, PushPlan plan, CancellationToken cancellationToken)
    {
        using var writer = new RecordWriter(records);
        using var recorder = new LogRecorder(writer);
        using var host = LossRoutes.Build(route, place, fan =>
        {
            fan.Services.AddLogging(logging => logging.AddProvider(recorder));
            fan.AddSubscription(LossProcess.Service, QueueName.MainGroup, _ => HandleAsync, options => Configure(options, plan));
        });
        await host.StartAsync(cancellationToken);
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(CancellationToken.None);

        async ValueTask HandleAsync(ReceivedPush push, CancellationToken handling)
        {
            var (id, attempt) = (push.Info.MessageId, push.Info.Attempt);
            if (push.Arguments.GetProperty("id").GetString() != id)
            {
                throw new PushRejectedException($"The push '{id}' has the arguments of another one.");
            }
            var number = LossProcess.Number(id);
            if (plants && number == Planted) return;
            var word = string.Create(CultureInfo.InvariantCulture, $"{id} {attempt}");
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"b {word} {Moments.Now()}"));
            if (plan.HasBadText(number) && push.Arguments.GetProperty("text").GetString() != BadText.Argument)
            {
                throw new InvalidOperationException(
                    $"The push '{id}' came with another text: {push.Arguments.GetProperty("text").GetRawText()}");
            }
            switch (plan.Of(number, attempt))
            {
                case HandlerTurn.Fail: throw new InvalidOperationException("The first attempt fails.");
                case HandlerTurn.FailWithBadText: throw new InvalidOperationException(BadText.Value, new FormatException(BadText.Value));
                case HandlerTurn.Reject: throw new PushRejectedException(BadText.Value);
                case HandlerTurn.Hang:
                    writer.Write("h " + word);
                    await Task.Delay(Hanging, CancellationToken.None);
                    throw new InvalidOperationException("This attempt is over long since.");
                case HandlerTurn.TakeLong:
                    writer.Write("l " + word);
                    await Task.Delay(Long, handling);
                    break;
            }

            writer.Write("d " + id);
        }
    }

    private static void Configure(SubscriptionOptions options, PushPlan plan)
    {
        // As many as a producer has on their way, so that they keep up.
        (options.Concurrency, options.Prefetch) = (64, 128);
        (options.Backoff, options.MaxBackoff) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(300));
        (options.LeaseTime, options.MaxAttempts) = (TimeSpan.FromSeconds(3), PushPlan.MaxAttempts);
        if (plan.IsImpatient) options.HandlingTimeout = Impatience;
    }
}
