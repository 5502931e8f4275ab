using System.Globalization;
using Fan.Coordination;
using Fan.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Loss;

/// <summary>The broker or store of a run: it is killed without warning and comes back.</summary>
/// <param name="Place">Where processes find it.</param>
/// <param name="RestartAsync">Kills it in the middle of whatever it does, and returns when it takes connections again; null where there is nothing to kill.</param>
internal sealed record LossServer(string Place, Func<Task>? RestartAsync, IAsyncDisposable? Owner) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Owner?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The durable routes.</summary>
internal static class LossRoutes
{
    public static IReadOnlyList<string> Names { get; } = ["amqp", "redis", "postgres", "sqlite"];

    /// <summary>Starts the server of a route, set as the documentation says that it must be for nothing to be lost.</summary>
    public static async Task<LossServer> StartAsync(string route, string folder)
    {
        switch (route)
        {
            case "amqp":
                // What was on its way between two of its queues when it died it sends again after this time, which is 3 minutes by itself.
                var broker = new RabbitServer(folder, erlang: "-rabbit dead_letter_worker_publisher_confirm_timeout 5000");
                await broker.StartAsync();
                await broker.ServesAsync();
                return new LossServer(broker.Uri, RestartRabbitAsync, broker);

                async Task RestartRabbitAsync()
                {
                    await broker.KillAsync();
                    await broker.StartAsync();
                    await broker.ServesAsync();
                }

            case "redis":
                var redis = new RedisProcess(folder);
                await redis.StartAsync();
                return new LossServer(redis.Uri, RestartRedisAsync, redis);

                async Task RestartRedisAsync()
                {
                    await redis.KillAsync();
                    await redis.StartAsync();
                }

            case "postgres":
                var postgres = await PostgresServer.StartAsync(folder, "fsync=on");
                return new LossServer(postgres.ConnectionString, RestartPostgresAsync, postgres);

                async Task RestartPostgresAsync()
                {
                    await postgres.KillAsync();
                    await postgres.StartAsync();
                }

            case "sqlite":
                Directory.CreateDirectory(folder);
                return new LossServer(Path.Combine(folder, "queues.db"), null, null);

            default: throw new ArgumentException($"There is no route '{route}'; there are {string.Join(", ", Names)}.", nameof(route));
        }
    }

    /// <summary>An application that has this route and no other for its queues.</summary>
    public static IHost Build(string route, string place, Action<FanBuilder>? more = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var fan = builder.Services.AddFan(options => options.Name = string.Create(CultureInfo.InvariantCulture, $"loss-{Environment.ProcessId}")).UseStore(_ => new MemoryCoordinationStore(new MemoryTree()));
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
