using Microsoft.Extensions.Configuration;

namespace Fan.Cli.Sessions;

/// <summary>
/// The kinds of queue transport that the tool can open: a line for each. Their addresses and credentials come from the environment, under
/// the names that applications have for them.
/// </summary>
internal static class QueueKinds
{
    /// <summary>What to do where a transport of queues can't be opened.</summary>
    public static string Remedy(string transport) => transport switch
    {
        "amqp" => "give it the broker as the applications have it, e.g. Fan__Amqp__Uri",
        "redis" => "give it the server as the applications have it, e.g. Fan__Redis__Uri",
        "database" => "give it the database as the applications have it, e.g. Fan__Database__Postgres or Fan__Database__Sqlite",
        "local" => "it is the memory of the applications themselves",
        _ => "it knows the kinds amqp, redis and database only",
    };

    public static FanBuilder AddQueues(this FanBuilder fan)
    {
        // Those only that are told of: each would else try its default address.
        var settings = fan.Services.Select(descriptor => descriptor.ImplementationInstance).OfType<IConfiguration>().FirstOrDefault();
        if (settings?.GetSection("Fan:Amqp").GetChildren().Any() == true) fan.AddAmqp();
        if (settings?.GetSection("Fan:Redis").GetChildren().Any() == true) fan.AddRedis();
        // Whoever looks makes no tables.
        if (settings?.GetSection("Fan:Database").GetChildren().Any() == true) fan.AddDatabase(options => options.MakeTables = false);
        return fan;
    }
}
