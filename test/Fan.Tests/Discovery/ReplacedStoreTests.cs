using System.Text;
using Fan.Coordination;
using Fan.Diagnostics;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Tests.Applications;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Tests.Discovery;

/// <summary>
/// A store that comes back with other data counts transactions and sequences anew: what has the path and the number of an endpoint that was
/// known may be another one.
/// </summary>
public sealed class ReplacedStoreTests : IAsyncLifetime
{
    private readonly MemoryCoordinationStore _first = new(new MemoryTree());
    private readonly MemoryTree _tree = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly ReplacedStore _store;
    private readonly MemoryCoordinationStore _second;
    private readonly StoreConnection _connection;
    private readonly EndpointDirectory _directory;

    public ReplacedStoreTests()
    {
        _second = new MemoryCoordinationStore(_tree);
        _store = new ReplacedStore(_first, _second);
        _connection = new StoreConnection(_store, _clock, NullLogger<StoreConnection>.Instance);
        _directory = new EndpointDirectory(
            _connection, new FanLimits(), TimeSpan.FromSeconds(30), new FanTelemetry(null), _clock, NullLogger<EndpointDirectory>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // Its sessions are others; the end of one is a transaction.
        await using (var earlier = new MemoryCoordinationStore(_tree)) await earlier.OpenAsync(Token);
        await _connection.OpenedAsync(Token);
        await _first.CommitAsync([new StoreOperation.Create("/one")], Token);
        Assert.NotEqual(_first.SessionId, _second.SessionId);
    }

    public async ValueTask DisposeAsync()
    {
        await _directory.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task Another_endpoint_of_the_same_path_and_transaction_is_read()
    {
        await RegisterAsync(_first, port: 1001);
        Assert.Equal(1001, Assert.Single(await _directory.FindAsync("price", Token)).Description.Port);
        await RegisterAsync(_second, port: 1002);
        Assert.Equal((await _first.GetAsync(Path, Token))!.CreatedTransaction, (await _second.GetAsync(Path, Token))!.CreatedTransaction);
        await _store.ReplaceAsync();
        await Eventually.TrueAsync(
            async () => (await _directory.FindAsync("price", Token)) is [{ Description.Port: 1002 }], "the new one is called");
    }

    [Fact]
    public async Task Another_one_that_registers_later_takes_the_place_of_the_one_that_was_kept()
    {
        await RegisterAsync(_first, port: 1001);
        var known = Assert.Single(await _directory.FindAsync("price", Token));
        await _store.ReplaceAsync();
        // Nothing stands there yet, and what was known is called all the same.
        Assert.Same(known, Assert.Single(await _directory.FindAsync("price", Token)));
        await RegisterAsync(_second, port: 1002);
        await Eventually.TrueAsync(
            async () => (await _directory.FindAsync("price", Token)) is [{ Description.Port: 1002 }], "the new one is called");
    }

    [Fact]
    public async Task What_does_not_come_back_goes_after_a_session_s_time()
    {
        await RegisterAsync(_first, port: 1001);
        Assert.Single(await _directory.FindAsync("price", Token));
        await _store.ReplaceAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return (await _directory.FindAsync("price", Token)).Count == 0;
            },
            "it is gone");
    }

    [Fact]
    public async Task What_somebody_deleted_with_its_service_is_called_until_it_is_back_or_a_session_s_time_is_over()
    {
        await RegisterAsync(_first, port: 1001);
        Assert.Single(await _directory.FindAsync("price", Token));
        await _first.CommitAsync(
            [.. ((string[])[Path, "/endpoints/price/1.0.0", "/endpoints/price", "/endpoints"]).Select(
                path => new StoreOperation.Delete(path))],
            Token);
        await RegisterAsync(_first, port: 1002, Path + "0");
        await Eventually.TrueAsync(async () => await PortsAsync() is [1001, 1002], "one is back, and the other one is called until it is");
        await Eventually.TrueAsync(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return await PortsAsync() is [1002];
            },
            "it did not come back");
        // Who leaves properly is not called any more.
        await _first.CommitAsync([new StoreOperation.Delete(Path + "0")], Token);
        await Eventually.TrueAsync(async () => await PortsAsync() is [], "it has left");
    }

    [Fact]
    public async Task Who_leaves_a_service_that_came_after_its_first_caller_is_not_called_any_more()
    {
        Assert.Empty(await _directory.FindAsync("price", Token));
        await RegisterAsync(_first, port: 1001);
        await Eventually.TrueAsync(async () => await PortsAsync() is [1001], "it is called");
        await _first.CommitAsync([new StoreOperation.Delete(Path)], Token);
        await Eventually.TrueAsync(async () => await PortsAsync() is [], "it has left");
    }

    private const string Path = "/endpoints/price/1.0.0/config_0000000001";

    private async Task<List<int>> PortsAsync() =>
        [.. (await _directory.FindAsync("price", Token)).Select(endpoint => endpoint.Description.Port).Order()];

    private static async Task RegisterAsync(MemoryCoordinationStore store, int port, string path = Path)
    {
        await store.CreateMissingAsync(["/endpoints", "/endpoints/price", "/endpoints/price/1.0.0"], Token);
        await store.CommitAsync([new StoreOperation.Create(
            path,
            Encoding.UTF8.GetBytes($$"""{"transport": "http", "host": "127.0.0.1", "port": {{port}}, "methods": []}"""),
            NodeKind.Ephemeral)], Token);
    }
}
