using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Fan.Conformance;
using Fan.Stop.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Fan.Stop.Tests;

/// <summary>
/// A process that is told to end does so within its <see cref="FanOptions.DrainTimeout"/> and 2 s, whatever hangs in it or around it.
/// </summary>
public sealed class StopTests(StopServers servers, ITestOutputHelper output) : IAsyncDisposable
{
    // What a process may take beyond the time that it was given.
    private static readonly TimeSpan Room = TimeSpan.FromSeconds(2);

    private static readonly string[] Routes = ["http", "ipc", "tcp", "amqp", "redis", "postgres", "sqlite"];

    private readonly ConcurrentBag<FrozenLink> _links = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links) await link.DisposeAsync();
    }

    [Theory]
    [InlineData("http", 1)]
    [InlineData("ipc", 1)]
    [InlineData("tcp", 1)]
    [InlineData("amqp", 1)]
    [InlineData("redis", 1)]
    [InlineData("postgres", 1)]
    [InlineData("sqlite", 1)]
    [InlineData("tcp", 10)]
    public Task Handlers_that_hang_callers_that_do_not_read_and_streams_do_not_keep_it(string route, int seconds) =>
        HangsAsync(route, seconds);

    [Theory]
    [InlineData("amqp")]
    [InlineData("redis")]
    [InlineData("postgres")]
    public Task A_broker_or_database_that_is_away_does_not_keep_it(string route) => IsAwayAsync(route, 1);

    [Fact]
    public Task A_RabbitMQ_that_takes_no_messages_does_not_keep_it() => TakesNothingAsync(1);

    [Fact]
    public Task A_ZooKeeper_that_is_away_does_not_keep_it() => IsWithoutStoreAsync(1);

    // All that hangs, on all routes at once, as it is waiting for the most part: "FAN_STOP_DRAIN=10,60 dotnet test …". Else two routes,
    // shortly.
    [Fact]
    public async Task Longer_times_to_drain_are_kept_as_well()
    {
        if (Environment.GetEnvironmentVariable("FAN_STOP_DRAIN") is not { } asked)
        {
            await Task.WhenAll(HangsAsync("http", 3), HangsAsync("sqlite", 3));
            return;
        }

        foreach (var word in asked.Split(','))
        {
            var seconds = int.Parse(word, CultureInfo.InvariantCulture);
            await Task.WhenAll(Routes.Select(route => HangsAsync(route, seconds)));
            await Task.WhenAll(
                [.. ((string[])["amqp", "redis", "postgres"]).Select(route => IsAwayAsync(route, seconds)), IsWithoutStoreAsync(seconds)]);
            await TakesNothingAsync(seconds);
        }
    }

    private async Task HangsAsync(string route, int seconds)
    {
        var folder = servers.NewFolder("test");
        var place = await PlaceAsync(route, folder);
        var log = await EndsInTimeAsync(route, place, place, StoreIn(folder), seconds, null);
        if (route is "http" or "ipc" or "tcp")
        {
            Assert.Contains("3 pushes in the memory queue stuck/main were not handled", log, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("ignores its cancelled token", log, StringComparison.Ordinal);
        }
    }

    private async Task IsAwayAsync(string route, int seconds)
    {
        var folder = servers.NewFolder("test");
        var place = await PlaceAsync(route, folder);
        var (link, through) = Through(place);
        await EndsInTimeAsync(route, through, place, StoreIn(folder), seconds, () =>
        {
            link.Freeze();
            return Task.CompletedTask;
        });
    }

    private async Task TakesNothingAsync(int seconds)
    {
        var rabbit = await servers.RabbitAsync();
        try
        {
            await EndsInTimeAsync(
                "amqp", rabbit.Uri, rabbit.Uri, StoreIn(servers.NewFolder("test")), seconds, () => rabbit.AlarmAsync(true));
        }
        finally
        {
            await rabbit.AlarmAsync(false);
        }
    }

    private async Task IsWithoutStoreAsync(int seconds)
    {
        var ensemble = await servers.ZooKeeperAsync();
        var link = Link(ensemble.Servers[0].ClientPort);
        await EndsInTimeAsync("tcp", "", "", $"zookeeper://127.0.0.1:{link.Port}?session=30s", seconds, () =>
        {
            link.Freeze();
            return Task.CompletedTask;
        }, ensemble.Url());
    }

    private static string StoreIn(string folder) => $"sqlite:{folder}/fan.db";

    // Its log.
    private async Task<string> EndsInTimeAsync(
        string route, string place, string callersPlace, string store, int seconds, Func<Task>? disturb, string? callersStore = null)
    {
        using var worker = ChildProcess.Start("Fan.Stop.Worker", seconds.ToString(CultureInfo.InvariantCulture), store, route, place);
        var errors = worker.ReadErrorsAsync(TimeSpan.FromSeconds(seconds));
        await worker.WaitForAsync("ready");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        Worker.Routes.Add(
            builder.Services.AddFan(options => (options.Name, options.DrainTimeout, options.DefaultTimeout) = (
                "caller", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))).UseStore(callersStore
                ?? store).AddSqliteStore().AddZooKeeperStore(),
            route,
            callersPlace);
        using var caller = builder.Build();
        await caller.StartAsync();
        var stuck = caller.Services.GetRequiredService<IFan>().Get<IStuck>();
        // While the broker takes nothing, nobody tells the caller that its service has ended.
        using var leaving = new CancellationTokenSource();
        var call = stuck.HangAsync(leaving.Token).AsTask();
        await using var flood = stuck.FloodAsync().GetAsyncEnumerator();
        Assert.True(await flood.MoveNextAsync());
        var ticking = TickAsync();
        for (var seen = new HashSet<string>(); !seen.IsSupersetOf(["call", "flood", "tick"]);)
        {
            seen.Add(await worker.ReadAsync() ?? throw new InvalidOperationException(await errors));
        }

        if (disturb is not null) await disturb();
        var watch = Stopwatch.StartNew();
        worker.Terminate();
        var code = await worker.ExitAsync(TimeSpan.FromSeconds(seconds));
        var took = watch.Elapsed;
        var log = await errors;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{route} with {seconds} s: {took.TotalSeconds:0.00} s\n{log}"));
        Assert.Equal(0, code);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(seconds) + Room);
        await leaving.CancelAsync();
        await caller.StopAsync();
        await Task.WhenAll(call, ticking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return log;

        async Task TickAsync()
        {
            await foreach (var _ in stuck.TickAsync(leaving.Token))
            {
            }
        }
    }

    private async Task<string> PlaceAsync(string route, string folder) => route switch
    {
        "ipc" => folder,
        "amqp" => (await servers.RabbitAsync()).Uri,
        "redis" => (await servers.RedisAsync()).Uri,
        "postgres" => await (await servers.PostgresAsync()).CreateDatabaseAsync(),
        "sqlite" => $"{folder}/queues.db",
        _ => "",
    };

    private (FrozenLink Link, string Place) Through(string place)
    {
        if (!place.Contains("://", StringComparison.Ordinal))
        {
            var database = new NpgsqlConnectionStringBuilder(place);
            var toDatabase = Link(database.Port);
            database.Port = toDatabase.Port;
            return (toDatabase, database.ConnectionString);
        }

        var uri = new UriBuilder(place);
        var link = Link(uri.Port);
        uri.Port = link.Port;
        return (link, uri.Uri.ToString());
    }

    private FrozenLink Link(int port)
    {
        var link = FrozenLink.To(port);
        _links.Add(link);
        return link;
    }
}
