using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Fan.Coordination;
using Fan.Queues;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Fan.Tests.Queues;

/// <summary>What operators see of queues.</summary>
public sealed class QueueTelemetryTests
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();

    [Fact]
    public async Task What_became_of_deliveries_is_counted_and_what_is_in_the_queues_is_measured()
    {
        var counted = new ConcurrentDictionary<string, long>();
        var depth = new ConcurrentDictionary<string, long>();
        using var meters = new MeterListener();
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            if (instrument.Name == "fan.queue.messages") depth[$"{all["messaging.consumer.group.name"]} {all["fan.state"]}"] = value;
            else counted.AddOrUpdate($"{instrument.Name} {all.GetValueOrDefault("fan.outcome")}", value, (_, before) => before + value);
        });
        using var own = new Meters();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, own) && instrument is Counter<long> or ObservableGauge<long>)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meters.Start();
        var news = new News((text, _) => text == "bad" ? throw new InvalidOperationException("no") : default);
        await using var host = await TestHost.StartAsync(_tree, _network, "one", fan =>
        {
            fan.Services.AddSingleton<IMeterFactory>(own);
            fan.AddService<INews>(_ => news)
                .ConfigureQueue<INews>(options => (options.MaxAttempts, options.Backoff) = (2, TimeSpan.FromMilliseconds(1)));
        });
        await host.Fan.Get<INews>().PublishAsync("good", TestContext.Current.CancellationToken);
        await host.Fan.Get<INews>().PublishAsync("bad", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            () => counted.GetValueOrDefault("fan.queue.settled dead") == 1 && counted.GetValueOrDefault("fan.queue.settled done") == 1,
            "both are settled");
        Assert.Equal(
            (2, 1, 3),
            (
                counted["messaging.client.sent.messages "],
                counted["fan.queue.settled retry"],
                counted["messaging.client.consumed.messages "]));
        await Eventually.TrueAsync(
            () =>
            {
                meters.RecordObservableInstruments();
                return depth.ContainsKey("main dead");
            },
            "the depth is known");
    }

    [Fact]
    public async Task A_queue_that_is_not_consumed_degrades_health()
    {
        using var broker = new Broker { IsAway = true };
        await using var host = await TestHost.StartAsync(_tree, _network, "one", fan =>
        {
            fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(broker));
            fan.AddService<INews>(_ => new News());
        });
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("queue news/main: the broker is away", report.Entries["fan"].Description, StringComparison.Ordinal);
        broker.IsAway = false;
        await Eventually.TrueAsync(async () => (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(
            TestContext.Current.CancellationToken)).Status == HealthStatus.Healthy, "it is well again");
    }

    /// <summary>Tells this test's meters from those of others.</summary>
    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> _made = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options.Name, options.Version, options.Tags, this);
            _made.Add(meter);
            return meter;
        }

        public void Dispose() => _made.ForEach(meter => meter.Dispose());
    }
}
