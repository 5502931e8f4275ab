using System.Net;
using System.Net.Sockets;
using System.Text;
using Fan.Cli.Output;
using Fan.Coordination;
using Fan.Queues;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Cli.Tests;

/// <summary>A store in a folder of its own, the applications that meet in it, and the tool beside them.</summary>
internal sealed class Place : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];
    private ICoordinationStore? _store;

    public string Folder { get; } = Directory.CreateTempSubdirectory("fan-cli-").FullName;

    public string StoreUrl => $"sqlite:{Path.Combine(Folder, "fan.db")}";

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts an application with the HTTP route.</summary>
    public async Task<IHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        configure(builder.Services.AddFan(options => options.Name = name).AddSqliteStore().UseStore(StoreUrl).AddHttp());
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public Task<IHost> StartCellarAsync(Cellar? cellar = null) =>
        StartAsync("cellars", fan => fan.AddService<ICellar>(_ => cellar ?? new Cellar()));

    /// <summary>Puts a node into the store, with those above it.</summary>
    public async Task PutAsync(string path, string data, bool ephemeral = false)
    {
        if (_store is null)
        {
            await using var provider = new ServiceCollection().AddFan().AddSqliteStore().Services.BuildServiceProvider();
            _store = provider.GetServices<IStoreProvider>().Single().Create(StoreUrl);
            await _store.OpenAsync();
        }

        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (await _store.GetAsync(path[..slash]) is null) await _store.CommitAsync([new StoreOperation.Create(path[..slash])]);
        }

        await _store.CommitAsync(
            [new StoreOperation.Create(path, Encoding.UTF8.GetBytes(data), ephemeral ? NodeKind.Ephemeral : NodeKind.Persistent)]);
    }

    /// <summary>Puts a node past Fan into the store's file, with a path that Fan would refuse.</summary>
    public void PutNameless(string path, string parent)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "fan.db")}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO nodes VALUES ($path, $parent, $name, x'', 0, 0, 0, 0, 0, 0, 0)";
        command.Parameters.AddWithValue("$path", path);
        command.Parameters.AddWithValue("$parent", parent);
        command.Parameters.AddWithValue("$name", path[(parent.Length + 1)..]);
        command.ExecuteNonQuery();
    }

    /// <summary>Registers an endpoint by hand.</summary>
    public Task PutEndpointAsync(
        string path,
        int port,
        string application = "ghost",
        string methods = """[{"name": "get", "fingerprint": "x", "kind": "rpc", "parameters": ["id: int"]}]""") =>
        PutAsync(
            path,
            $$"""{"transport": "http", "host": "127.0.0.1", "port": {{port}}, "methods": {{methods}}, "fan": """ +
            $$"""{"application": "{{application}}"} }""");

    public Task<ToolResult> RunAsync(params string[] args) => RunAsync(new ToolRun(), args);

    public Task<ToolResult> RunAsync(ToolRun run, params string[] args) => run.RunAsync(["--store", StoreUrl, .. args]);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        if (_store is not null) await _store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>One run of the tool within the test.</summary>
internal sealed record ToolRun
{
    public string Input { get; init; } = "";

    public bool OnTerminal { get; init; }

    public int Width { get; init; } = 100_000;

    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>The queue transports that the tool can open.</summary>
    public IReadOnlyList<IQueueTransport> Queues { get; init; } = [];

    public CancellationToken Cancellation { get; init; } = TestContext.Current.CancellationToken;

    public async Task<ToolResult> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal
        {
            Out = output,
            Error = error,
            In = () => new MemoryStream(Encoding.UTF8.GetBytes(Input)),
            OutIsTerminal = OnTerminal,
            ErrorIsTerminal = OnTerminal,
            Width = Width,
            CompletionTime = Fan.Conformance.Eventually.Deadline,
            Queues = fan =>
            {
                foreach (var transport in Queues) fan.Services.AddSingleton(transport);
                return fan;
            },
            Environment = name => Environment.GetValueOrDefault(name),
            Settings = () => new ConfigurationBuilder().AddInMemoryCollection(
                Environment.ToDictionary(
                    variable => variable.Key.Replace("__", ":", StringComparison.Ordinal), string? (variable) => variable.Value)).Build(),
        };
        var code = await Tool.RunAsync(args, terminal, Cancellation);
        return new ToolResult(
            code,
            output.ToString().Replace("\r\n", "\n", StringComparison.Ordinal),
            error.ToString().Replace("\r\n", "\n", StringComparison.Ordinal));
    }
}
