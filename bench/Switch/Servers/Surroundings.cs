using System.Globalization;
using CrossProcess.Brokers;
using Stores.Servers;

namespace SwitchBench.Servers;

/// <summary>What the processes of a run have in common: the store and the brokers, started by the run where nobody named them.</summary>
internal sealed class Surroundings : IAsyncDisposable
{
    /// <summary>How long the sessions of the run's own store last, in seconds.</summary>
    public const int SessionSeconds = 4;

    /// <summary>The root of the run's own store in ZooKeeper.</summary>
    public const string Chroot = "/bench/switch";

    // Of which two are the shortest session there is.
    private const int TickMilliseconds = 500;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fan-switch-");
    private readonly Dictionary<string, string> _addresses = new(StringComparer.Ordinal);
    private RabbitServer? _rabbit;
    private IAsyncDisposable? _redis;

    private Surroundings(string store) => Store = store;

    /// <summary>The store's URL.</summary>
    public string Store { get; private set; }

    /// <summary>The run's own ZooKeeper.</summary>
    public ZooKeeperEnsemble? Ensemble { get; private set; }

    /// <summary>The run's own SQLite file; null where the store is another one.</summary>
    public string? StoreFile { get; private set; }

    public string Folder => _folder.FullName;

    /// <exception cref="InvalidOperationException">A server is not installed.</exception>
    public static async Task<Surroundings> StartAsync(Options options)
    {
        var surroundings = new Surroundings(options.Store);
        try
        {
            await surroundings.StartStoreAsync(options);
            foreach (var route in options.Routes) await surroundings.StartBrokerAsync(route, options);
            return surroundings;
        }
        catch
        {
            await surroundings.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the broker of that route is; null for routes without one.</summary>
    public string? AddressOf(string route) => _addresses.GetValueOrDefault(route);

    public async ValueTask DisposeAsync()
    {
        if (_rabbit is not null) await _rabbit.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        if (Ensemble is not null) await Ensemble.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StartStoreAsync(Options options)
    {
        if (options.Store == "sqlite")
        {
            StoreFile = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, "store")).FullName, "fan.db");
            Store = UrlOf(StoreFile);
        }
        else if (options.Store is "zookeeper" or "zookeeper:3")
        {
            if (!ZooKeeperServer.IsInstalled)
            {
                throw new InvalidOperationException(
                    "ZooKeeper is not installed: run eng/servers.sh, or install the packages 'zookeeper' and 'default-jre-headless'.");
            }

            Ensemble = await ZooKeeperEnsemble.StartAsync(
                Path.Combine(Folder, "zookeeper"),
                options.Store == "zookeeper" ? 1 : 3,
                TickMilliseconds,
                options.Endpoints > 0 ? "2g" : "512m");
            Store = UrlOf(Ensemble.Servers.Select(server => server.Address));
        }
    }

    /// <summary>The run's own ZooKeeper behind other addresses.</summary>
    public static string UrlOf(IEnumerable<string> servers) =>
        string.Create(CultureInfo.InvariantCulture, $"zookeeper://{string.Join(',', servers)}{Chroot}?session={SessionSeconds}s");

    /// <summary>A store in a file.</summary>
    public static string UrlOf(string file) => string.Create(CultureInfo.InvariantCulture, $"sqlite:{file}?session={SessionSeconds}s");

    private async Task StartBrokerAsync(string route, Options options)
    {
        if (route == "amqp")
        {
            if (options.Amqp is null) _rabbit = await RabbitServer.StartAsync(Path.Combine(Folder, "rabbitmq"));
            _addresses[route] = options.Amqp ?? _rabbit!.Uri;
        }
        else if (route == "redis")
        {
            var redis = new RedisServer();
            _redis = await redis.StartAsync();
            _addresses[route] = "redis://" + redis.Address;
        }
        else if (route == "database")
        {
            _addresses[route] = Path.Combine(Folder, "calls.db");
        }
    }
}
