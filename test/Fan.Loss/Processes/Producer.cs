using System.Globalization;
using System.Text.Json;
using Fan.Loss.Accounting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Loss.Processes;

/// <summary>
/// Pushes, as many as it may, and writes down each push after it was accepted (<c>a ID BEGUN ACCEPTED</c>), and each one that was not
/// (<c>r ID ERROR TEXT</c>), which it sends again with the same id.
/// </summary>
internal static class Producer
{
    /// <summary>Of so many pushes one has a key.</summary>
    public const int KeyedOneIn = 4;

    private const int Keys = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(
        string route,
        string place,
        string records,
        string name,
        int count,
        int inFlight,
        SemaphoreSlim allowed,
        PushPlan plan,
        CancellationToken cancellationToken)
    {
        using var host = LossRoutes.Build(route, place);
        await host.StartAsync(cancellationToken);
        var fan = host.Services.GetRequiredService<IFan>();
        using var writer = new RecordWriter(records);
        var last = 0;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => PushAsync()));
        await host.StopAsync(CancellationToken.None);

        async Task PushAsync()
        {
            for (var number = Interlocked.Increment(ref last); number <= count; number = Interlocked.Increment(ref last))
            {
                await allowed.WaitAsync(cancellationToken);
                var id = LossProcess.Id(name, number);
                var isBad = plan.HasBadText(number);
                var arguments = JsonElement.Parse(isBad ? $$"""{"id":"{{id}}","text":{{BadText.Json}}}""" : $$"""{"id":"{{id}}"}""");
                using var scope = isBad
                    ? (CallContext.Current with { Baggage = new Dictionary<string, string> { ["text"] = BadText.Value } }).Use()
                    : default(CallContext.Scope?);
                var options = new PushOptions
                {
                    MessageId = id,
                    Key = number % KeyedOneIn == 0 ? string.Create(CultureInfo.InvariantCulture, $"k{number % Keys}") : null
                };
                while (!await TryPushAsync(arguments, options)) await Task.Delay(Pause, cancellationToken);
            }
        }

        async Task<bool> TryPushAsync(JsonElement arguments, PushOptions options)
        {
            var begun = Moments.Now();
            try
            {
                await fan.PushAsync(LossProcess.Service + ".take", arguments, options, cancellationToken);
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"a {options.MessageId} {begun} {Moments.Now()}"));
                return true;
            }
            catch (FanException error)
            {
                writer.Write($"r {options.MessageId} {error.GetType().Name} {error.Message.ReplaceLineEndings(" ")}");
                return false;
            }
        }
    }
}
