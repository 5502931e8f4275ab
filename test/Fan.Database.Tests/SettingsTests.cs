using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Database.Engines;
using Fan.Database.Queues;
using Fan.Database.Tests.Servers;
using Fan.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fan.Database.Tests;

/// <summary>What is said of wrong settings and of a database that is away, and what is not.</summary>
public sealed class SettingsTests(PostgresServers servers)
{
    private const string Secret = "s3cret-w0rd";

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once_when_the_application_starts()
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => TransportApplication.StartAsync(
            new MemoryTree(),
            "shop",
            fan => fan.AddDatabase(options =>
            {
                (options.Postgres, options.Sqlite) = ($"Host=db;Password={Secret}", "/tmp/x.db");
                (options.PollInterval, options.MaxConnections) = (TimeSpan.Zero, 0);
            })));
        Assert.Equal(3, error.Failures.Count());
        Assert.DoesNotContain(Secret, error.Message, StringComparison.Ordinal);
        Assert.Contains("Fan:Database:Postgres", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;Pasword=" + Secret)]
    [InlineData("Username=" + Secret)]
    [InlineData(Secret)]
    public void A_bad_connection_string_is_refused_and_not_repeated(string text)
    {
        var problems = new FanDatabaseOptions { Postgres = text }.Validate().ToList();
        Assert.Single(problems);
        Assert.DoesNotContain(Secret, problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_names_the_place_and_the_password_comes_from_elsewhere()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Fan:Database:Postgres"] = "Host=db;Username=shop;Database=shop",
            ["Fan:Database:Password"] = Secret,
            ["Fan:Database:PollInterval"] = "00:00:05",
        }).Build());
        services.AddFan().AddDatabase();
        await using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<FanDatabaseOptions>>().Value;
        Assert.Equal((Secret, TimeSpan.FromSeconds(5)), (options.Password, options.PollInterval));
        var transport = provider.GetServices<IQueueTransport>().Single(transport => transport.Name == "database");
        Assert.Null(transport.Trouble);
    }

    [Fact]
    public async Task A_database_that_is_away_is_named_without_its_password()
    {
        var options = new FanDatabaseOptions
        {
            Postgres = $"Host=127.0.0.1;Port=1;Username=shop;Database=shop;Password={Secret};Timeout=2"
        };
        await using var database = DatabaseFactory.Create(options, TimeProvider.System);
        await using var transport = new DatabaseQueueTransport(database, Options.Create(options), TimeProvider.System);
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            () => transport.DeclareAsync(new QueueName("shop"), new QueuePolicy(), TestContext.Current.CancellationToken));
        Assert.Contains("'shop' at 127.0.0.1:1", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, transport.Trouble);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_of_a_database_is_written_nowhere()
    {
        var written = new WrittenText();
        var tree = new MemoryTree();
        var text = await (await servers.SharedAsync()).CreateDatabaseAsync() + $";Password={Secret}";
        await using var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => new Cellar()));
        await using var caller = await StartAsync("caller", _ => { });
        Assert.Equal("x", await caller.Fan.Get<ICellar>().EchoAsync("x"));
        await caller.Fan.Get<ICellar>().RestockAsync(1);
        await written.HasNowhereAsync(Secret, tree);

        Task<TransportApplication> StartAsync(string name, Action<FanBuilder> configure) =>
            TransportApplication.StartAsync(tree, name, fan =>
            {
                written.Follow(fan.AddDatabase(options => (options.Postgres, options.ServeCalls) = (text, true)));
                configure(fan);
            });
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, new string('x', 4096), TestContext.Current.CancellationToken);
        var options = new FanDatabaseOptions { Sqlite = file };
        await using var database = DatabaseFactory.Create(options, TimeProvider.System);
        await using var transport = new DatabaseQueueTransport(database, Options.Create(options), TimeProvider.System);
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            () => transport.DeclareAsync(new QueueName("shop"), new QueuePolicy(), TestContext.Current.CancellationToken));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        File.Delete(file);
    }
}
