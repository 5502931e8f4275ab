using Fan.Coordination;
using Fan.Tests.Applications;

namespace Fan.Tests.Calls;

[Service("shelf[shop].row[number]")]
public interface IShelf
{
    ValueTask<string> ReadAsync(CancellationToken ct = default);
}

[Service("drawer[id]")]
public interface IDrawer
{
    ValueTask<int> OpenAsync(CancellationToken ct = default);
}

public sealed class GatheringTests : IAsyncLifetime
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Drawer _drawer = new();
    private TestHost _caller = null!;
    private TestHost _worker = null!;

    public async ValueTask InitializeAsync()
    {
        _worker = await TestHost.StartAsync(
            _tree, _network, "worker", fan => fan.AddService<IDrawer>(_ => _drawer).Shard<IDrawer>(8).AddService<IShelf>(_ => new Shelf()));
        _caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _worker.DisposeAsync();
    }

    [Fact]
    public async Task Each_key_is_called_once_and_has_its_result()
    {
        var gathered = await _caller.Fan.GatherAsync(
            Enumerable.Range(1, 100).Concat([7, 7]), (IDrawer drawer, CancellationToken ct) => drawer.OpenAsync(ct));
        Assert.True(gathered.IsComplete);
        Assert.Equal(
            Enumerable.Range(1, 100).Select(id => (id, id * 2)),
            gathered.RequireAll().Select(result => (result.Key, result.Value)).Order());
        Assert.Equal(100, _drawer.Calls);
    }

    [Fact]
    public async Task A_call_that_fails_takes_no_other_with_it()
    {
        _drawer.Broken = 3;
        var gathered = await _caller.Fan.GatherAsync([1, 2, 3, 4], (IDrawer drawer, CancellationToken ct) => drawer.OpenAsync(ct));
        Assert.Equal([1, 2, 4], gathered.Results.Keys.Order());
        Assert.Equal("stuck", Assert.IsType<ServiceFaultException>(gathered.Errors[3]).Message);
        var all = Assert.Throws<AggregateException>(gathered.RequireAll);
        Assert.StartsWith("1 of 4 calls failed.", all.Message, StringComparison.Ordinal);
        Assert.Same(gathered.Errors[3], Assert.Single(all.InnerExceptions));
    }

    [Fact]
    public async Task No_more_calls_are_under_way_than_asked_for()
    {
        await _caller.Fan.GatherAsync(
            Enumerable.Range(1, 60), (IDrawer drawer, CancellationToken ct) => drawer.OpenAsync(ct), maxConcurrency: 3);
        Assert.InRange(_drawer.MostAtOnce, 1, 3);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => _caller.Fan.GatherAsync([1], (IDrawer drawer, CancellationToken ct) => drawer.OpenAsync(ct), maxConcurrency: 0));
    }

    [Fact]
    public async Task The_time_is_for_all_together_and_what_came_within_it_is_kept()
    {
        _drawer.Slow = 2;
        var gathered = await _caller.Fan.GatherAsync(
            [1, 2, 3], (IDrawer drawer, CancellationToken ct) => drawer.OpenAsync(ct), TimeSpan.FromMilliseconds(500));
        Assert.Equal([1, 3], gathered.Results.Keys.Order());
        Assert.IsType<DeadlineExceededException>(gathered.Errors[2]);
        Assert.Null(CallContext.Current.Remaining);
    }

    [Fact]
    public async Task Cancelling_ends_it()
    {
        _drawer.Slow = 1;
        using var cancel = new CancellationTokenSource();
        var gathering = _caller.Fan.GatherAsync(
            [1], (IDrawer drawer, CancellationToken ct) => drawer.OpenAsync(ct), cancellationToken: cancel.Token);
        await Eventually.TrueAsync(() => _drawer.Calls == 1, "the call is under way");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gathering);
    }

    [Fact]
    public async Task A_name_with_several_brackets_takes_arrays_of_keys()
    {
        object[][] keys = [["north", 1], ["south", 2]];
        var gathered = await _caller.Fan.GatherAsync(keys, (IShelf shelf, CancellationToken ct) => shelf.ReadAsync(ct));
        Assert.Equal(["north/1", "south/2"], gathered.RequireAll().Values.Order());
        await Assert.ThrowsAsync<ArgumentException>(
            () => _caller.Fan.GatherAsync(["north"], (IShelf shelf, CancellationToken ct) => shelf.ReadAsync(ct)));
    }

    private sealed class Shelf : IShelf
    {
        public ValueTask<string> ReadAsync(CancellationToken ct = default) => new(string.Join('/', CallContext.Current.ShardKeys));
    }

    private sealed class Drawer : IDrawer
    {
        private readonly Lock _gate = new();
        private int _now;

        public int Broken { get; set; }

        public int Slow { get; set; }

        public int Calls { get; private set; }

        public int MostAtOnce { get; private set; }

        public async ValueTask<int> OpenAsync(CancellationToken ct = default)
        {
            var id = int.Parse(CallContext.Current.ShardKeys[0], System.Globalization.CultureInfo.InvariantCulture);
            lock (_gate)
            {
                Calls++;
                MostAtOnce = Math.Max(MostAtOnce, ++_now);
            }

            try
            {
                if (id == Broken) throw new ServiceFaultException("jammed", "stuck");
                if (id == Slow) await Task.Delay(Timeout.Infinite, ct);
                await Task.Yield();
                return id * 2;
            }
            finally
            {
                lock (_gate) _now--;
            }
        }
    }
}
