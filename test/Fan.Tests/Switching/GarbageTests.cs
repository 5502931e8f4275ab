using System.Text;
using Fan.Commits;
using Fan.Coordination;
using Fan.Observing;
using Fan.Switching;
using Fan.Tests.Applications;
using Fan.Tree;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Tests.Switching;

/// <summary>What somebody else wrote into the nodes of the log: it stops and holds nobody, and a switch repairs it.</summary>
public sealed class GarbageTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly MemoryCoordinationStore _store;
    private readonly StoreConnection _connection;
    private readonly SystemChanges _changes;
    private TestHost _host = null!;
    private TestHost _caller = null!;

    public GarbageTests()
    {
        _store = new MemoryCoordinationStore(_tree);
        _connection = new StoreConnection(_store, TimeProvider.System, NullLogger<StoreConnection>.Instance);
        _changes = new SystemChanges(_connection, TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _connection.OpenedAsync(Token);
        _host = await TestHost.StartAsync(_tree, _network, "ones", fan => fan.AddService<IPriceOne>(_ => new Price("1")));
        _caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        await _changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Quick, cancellationToken: Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _host.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("{\"versions\":{\"1.0.0\":\"all\"}}")]
    public async Task A_switch_repairs_a_route_that_can_not_be_read(string garbage)
    {
        await _store.CommitAsync(
            [new StoreOperation.Set(CommitPath.OfValue(CommitPath.OfRoute("price")), Encoding.UTF8.GetBytes(garbage))], Token);
        var report = await _changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Quick, cancellationToken: Token);
        Assert.Equal(2, report.Applications);
        Assert.Equal("1", await _caller.Fan.WhichAsync("price"));
        // The log can be read, with what was there.
        var commit = await _changes.ShowAsync(report.Commit.Number, Token);
        Assert.Contains(garbage, Assert.Single(commit!.Edits).Before!, StringComparison.Ordinal);
        Assert.NotNull(RouteEntry(await _store.GetAsync(CommitPath.OfValue(CommitPath.OfRoute("price")), Token)));
    }

    [Fact]
    public async Task What_is_no_barrier_holds_nobody()
    {
        await _store.CommitAsync([new StoreOperation.Create(CommitPath.Barrier, "garbage"u8.ToArray())], Token);
        // The next commit comes after it, and everybody has seen both.
        await _changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Quick with { Force = true }, cancellationToken: Token);
        Assert.Equal("1", await _caller.Fan.WhichAsync("price"));
        Assert.All(await _changes.ApplicationsAsync(Token), record => Assert.Null(record.Prepared));
    }

    [Fact]
    public async Task What_names_nothing_to_observe_is_told_once_and_the_next_is_observed()
    {
        await _store.CommitAsync([new StoreOperation.Create(ObservationPath.Wanted, "garbage"u8.ToArray())], Token);
        await _store.CommitAsync([
            new StoreOperation.Delete(ObservationPath.Wanted),
            new StoreOperation.Create(ObservationPath.Wanted, ObservationJson.WriteWanted(["price"]))
        ], Token);
        await _store.CreateMissingAsync([ObservationPath.Reports], Token);
        await Eventually.TrueAsync(async () => (await _store.GetChildrenAsync(ObservationPath.Reports, Token))?.Count == 2, "both report");
    }

    private static Fan.Tree.RouteEntry? RouteEntry(StoreNode? node) =>
        node is null ? null : Fan.Tree.RouteEntry.Parse(Encoding.UTF8.GetString(node.Data.Span));
}
