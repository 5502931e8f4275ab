using System.Globalization;
using Fan.Coordination;
using Fan.Loss.Faults;
using Fan.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Loss;

/// <summary>The broker or store of a run, and what can be done to it.</summary>
/// <param name="Place">Where processes find it.</param>
/// <param name="Owner">Ends it.</param>
internal sealed record LossServer(string Place, IAsyncDisposable? Owner) : IAsyncDisposable
{
    /// <summary>
    /// Kills it in the middle of whatever it does, and returns when it takes connections again; null where there is nothing to kill.
    /// </summary>
    public Func<Task>? RestartAsync { get; init; }

    /// <summary>Deletes a part of its queue, another one each turn.</summary>
    public required Func<int, Task<Deletion>> DeleteAsync { get; init; }

    /// <summary>Lets it run short of memory, or be well again; null where it has no such state.</summary>
    public Func<bool, Task>? AlarmAsync { get; init; }

    public ValueTask DisposeAsync() => Owner?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The durable routes.</summary>
internal static class LossRoutes
{
    // Smaller than this the broker's look every half second is what counts.
    private const int TickMilliseconds = 500;

    /// <summary>
    /// How long the broker lets a consumer keep a message, in runs where handlers take longer. A handler is cut off up to half a second
    /// later.
    /// </summary>
    public static TimeSpan ConsumerTimeout { get; } = TimeSpan.FromSeconds(1.5);

    public static IReadOnlyList<string> Names { get; } = ["amqp", "redis", "postgres", "sqlite"];

    /// <summary>Starts the server of a route, set as the documentation says that it must be for nothing to be lost.</summary>
    public static async Task<LossServer> StartAsync(string route, string folder, IReadOnlySet<string> kinds)
    {
        switch (route)
        {
            case "amqp":
                // What was on its way between two of its queues when it died it sends again after this time, which is 3 minutes by itself.
                var broker = new RabbitServer(
                    folder, erlang: "-rabbit dead_letter_worker_publisher_confirm_timeout 5000" + (kinds.Contains(FaultKind.ConsumerTimeout)
                        ? string.Create(
                            CultureInfo.InvariantCulture,
                            $" -rabbit consumer_timeout {ConsumerTimeout.TotalMilliseconds} -rabbit " +
                            $"channel_tick_interval {TickMilliseconds}")
                        : ""));
                await broker.StartAsync();
                await broker.ServesAsync();
                return new LossServer(broker.Uri, broker)
                {
                    RestartAsync = RestartRabbitAsync,
                    DeleteAsync = turn => RabbitDeletions.RunAsync(broker, turn),
                    AlarmAsync = broker.AlarmAsync
                };

                async Task RestartRabbitAsync()
                {
                    await broker.KillAsync();
                    await broker.StartAsync();
                    await broker.ServesAsync();
                }

            case "redis":
                var redis = new RedisProcess(folder);
                await redis.StartAsync();
                return new LossServer(redis.Uri, redis)
                {
                    RestartAsync = RestartRedisAsync,
                    DeleteAsync = turn => RedisDeletions.RunAsync(redis, turn)
                };

                async Task RestartRedisAsync()
                {
                    await redis.KillAsync();
                    await redis.StartAsync();
                }

            case "postgres":
                var postgres = await PostgresServer.StartAsync(folder, "fsync=on");
                return new LossServer(postgres.ConnectionString, postgres)
                {
                    RestartAsync = RestartPostgresAsync,
                    DeleteAsync = turn => DatabaseDeletions.OfPostgresAsync(postgres.ConnectionString, turn)
                };

                async Task RestartPostgresAsync()
                {
                    await postgres.KillAsync();
                    await postgres.StartAsync();
                }

            case "sqlite":
                Directory.CreateDirectory(folder);
                var path = Path.Combine(folder, "queues.db");
                return new LossServer(path, null) { DeleteAsync = turn => DatabaseDeletions.OfSqliteAsync(path, turn) };

            default: throw new ArgumentException($"There is no route '{route}'; there are {string.Join(", ", Names)}.", nameof(route));
        }
    }

    /// <summary>An application that has this route and no other for its queues.</summary>
    public static IHost Build(string route, string place, Action<FanBuilder>? more = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var fan = builder.Services
            .AddFan(options => options.Name = string.Create(CultureInfo.InvariantCulture, $"loss-{Environment.ProcessId}"))
            .UseStore(_ => new MemoryCoordinationStore(new MemoryTree()));
        _ = route switch
        {
            "amqp" => fan.AddAmqp(options => options.Uri = place),
            "redis" => fan.AddRedis(options => options.Uri = place),
            "postgres" => fan.AddDatabase(options => options.Postgres = place),
            _ => fan.AddDatabase(options => options.Sqlite = place),
        };
        more?.Invoke(fan);
        return builder.Build();
    }
}
