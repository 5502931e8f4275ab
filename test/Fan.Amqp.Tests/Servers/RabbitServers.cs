using Fan.Amqp.Tests.Servers;

[assembly: AssemblyFixture(typeof(RabbitServers))]

namespace Fan.Amqp.Tests.Servers;

/// <summary>The brokers of a whole run, each started when a test asks for it first.</summary>
public sealed class RabbitServers : IAsyncDisposable
{
    // No more than the documentation says that an application needs. RabbitMQ 3.10 takes what its file says of writing for reading, and the
    // other way.
    private static readonly Dictionary<string, string> Permissions = new()
    {
        ["default_permissions.configure"] = "^fan[.]",
        ["default_permissions.read"] = "^fan[.]|^amq[.]default$",
        ["default_permissions.write"] = "^fan[.]",
    };

    private readonly ServerFolder _folder = new("rabbitmq");
    private readonly Lazy<Task<RabbitServer>> _shared;
    private readonly Lazy<Task<RabbitServer>> _disturbed;

    public RabbitServers()
    {
        RabbitServer.RequireInstalled();
        _shared = new(() => StartAsync("shared"));
        _disturbed = new(() => StartAsync("disturbed", Permissions));
    }

    /// <summary>A broker that nobody may disturb.</summary>
    internal Task<RabbitServer> SharedAsync() => _shared.Value;

    /// <summary>A broker that the tests of one collection may kill; they leave it running.</summary>
    internal Task<RabbitServer> DisturbedAsync() => _disturbed.Value;

    internal string NewFolder(string name) => _folder.New(name);

    public async ValueTask DisposeAsync()
    {
        foreach (var started in new[] { _shared, _disturbed })
        {
            if (started.IsValueCreated) await (await started.Value).DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task<RabbitServer> StartAsync(string name, IReadOnlyDictionary<string, string>? settings = null)
    {
        var server = new RabbitServer(NewFolder(name), settings);
        await server.StartAsync();
        await server.ServesAsync();
        return server;
    }
}
