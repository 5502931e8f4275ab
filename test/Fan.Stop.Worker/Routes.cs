namespace Fan.Stop.Worker;

/// <summary>Adds one route to an application.</summary>
public static class Routes
{
    public static FanBuilder Add(FanBuilder fan, string route, string place) => route switch
    {
        "http" => fan.AddHttp(),
        "ipc" => fan.AddIpc(options => options.Folder = place),
        "tcp" => fan.AddTcp(),
        "amqp" => fan.AddAmqp(options => options.Uri = place),
        "redis" => fan.AddRedis(options => options.Uri = place),
        "postgres" => fan.AddDatabase(options => (options.Postgres, options.ServeCalls) = (place, true)),
        "sqlite" => fan.AddDatabase(options => (options.Sqlite, options.ServeCalls) = (place, true)),
        _ => throw new ArgumentException($"There is no route '{route}'.", nameof(route)),
    };
}
