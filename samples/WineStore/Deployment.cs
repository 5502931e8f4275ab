namespace WineStore;

/// <summary>What a deployment says: settings in the environment of every process. No line of the services' code knows of it.</summary>
internal static class Deployment
{
    private const string AmqpUri = "Fan__Amqp__Uri";
    private const string RedisUri = "Fan__Redis__Uri";

    /// <summary>Sets them for this process and those that it starts.</summary>
    public static void Apply(StoryOptions options, string folder)
    {
        Environment.SetEnvironmentVariable("WineStore__Folder", folder);
        if (options.Store is not null) Environment.SetEnvironmentVariable("FAN_STORE", options.Store);
        if (!options.IsMixed) return;
        if (options.Amqp is not null) Environment.SetEnvironmentVariable(AmqpUri, options.Amqp);
        if (options.Redis is not null) Environment.SetEnvironmentVariable(RedisUri, options.Redis);
        foreach (var (name, value) in Transports(folder).Concat(Routes())) Environment.SetEnvironmentVariable("Fan__" + name, value);
    }

    // A service is registered once for each transport that its process has; callers take what the routes say.
    private static IEnumerable<(string Name, string Value)> Transports(string folder) =>
    [
        ("Tcp__Serve", "true"),
        ("Database__Sqlite", Path.Combine(folder, "queues.db")),
        ("Database__ServeCalls", "true"),
    ];

    private static IEnumerable<(string Name, string Value)> Routes()
    {
        var (amqp, redis) = (IsSet(AmqpUri), IsSet(RedisUri));
        yield return Calls("retail.store.public_wines", "http");
        yield return Calls("retail.store.labels", redis ? "redis" : "ipc");
        yield return Calls("retail.store.stock", "ipc");
        yield return Calls("retail.store.stock/sell", "tcp");
        yield return Calls("integration_api", "database");
        yield return Calls("lightspeed", amqp ? "amqp" : "tcp");
        yield return Pushes("lightspeed", "database");
        yield return Pushes("lightspeed/config_update", amqp ? "amqp" : "database");
        yield return Pushes("lightspeed/stock_changed", redis ? "redis" : "database");
    }

    private static (string Name, string Value) Calls(string target, string transport) => ($"Routes__{target}__Calls", transport);

    private static (string Name, string Value) Pushes(string target, string transport) => ($"Routes__{target}__Pushes", transport);

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
