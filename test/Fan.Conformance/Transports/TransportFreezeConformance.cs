using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Conformance.Transports;

/// <summary>Links that carry nothing any more and close nothing: what every transport must find out by itself.</summary>
public abstract class TransportFreezeConformance : IAsyncLifetime
{
    // Calls fail for ten seconds at the most; a machine that is busy may take half as long again.
    protected static readonly TimeSpan Promised = TimeSpan.FromSeconds(15);

    private readonly List<IAsyncDisposable> _started = [];

    /// <summary>The store of the caller.</summary>
    protected MemoryTree Tree { get; } = new();

    /// <summary>What is called over the link.</summary>
    protected Cellar Cellar { get; } = new();

    /// <summary>Whether an instance that is not behind the link can be called while nothing passes.</summary>
    protected virtual bool HasOthers => true;

    public ValueTask InitializeAsync() => default;

    public virtual async ValueTask DisposeAsync()
    {
        Cellar.Release.TrySetResult();
        for (var i = _started.Count - 1; i >= 0; i--) await _started[i].DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_call_whose_link_freezes_ends_soon_and_the_next_ones_go_elsewhere_until_it_carries_again()
    {
        var (link, caller) = await LinkAsync();
        var cellar = caller.Fan.Get<ICellar>();
        Assert.Equal("x", await cellar.EchoAsync("x"));
        var waiting = cellar.WaitAsync().AsTask();
        await Cellar.Waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        link.Freeze();
        await Assert.ThrowsAnyAsync<FanException>(() => waiting.WaitAsync(Promised));
        if (HasOthers)
        {
            var other = new Cellar();
            await ServeAsync("other", Tree, other);
            await caller.SeesAsync("cellar", 2);
            for (var i = 0; i < 50; i++)
            {
                Assert.Equal(i, (await cellar.GetAsync(i).AsTask().WaitAsync(Promised, TestContext.Current.CancellationToken)).Id);
            }
            Assert.Equal(50, other.Calls);
        }

        var before = Cellar.Calls;
        link.Thaw();
        await WorksAsync(cellar, () => Cellar.Calls > before);
    }

    [Fact]
    public async Task Connections_that_died_while_nobody_called_are_found_out_by_the_first_calls()
    {
        var (link, caller) = await LinkAsync();
        var cellar = caller.Fan.Get<ICellar>();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cellar.EchoAsync("x")));
        link.Forget();
        await Assert.ThrowsAnyAsync<FanException>(() => cellar.TextOfAsync(1).AsTask().WaitAsync(Promised));
        await WorksAsync(cellar, () => true).WaitAsync(Promised, TestContext.Current.CancellationToken);
    }

    /// <summary>Has the cellar served behind a link, and starts its caller.</summary>
    protected abstract Task<(FrozenLink Link, TransportApplication Caller)> LinkAsync();

    /// <summary>Adds the transport to an application.</summary>
    protected abstract void AddTo(FanBuilder application);

    protected Task<TransportApplication> ServeAsync(string name, MemoryTree tree, Cellar cellar) => StartAsync(name, tree, fan =>
    {
        AddTo(fan);
        fan.AddService<ICellar>(_ => cellar);
    });

    protected async Task<TransportApplication> StartAsync(
        string name, MemoryTree tree, Action<FanBuilder> configure, Action<FanOptions>? options = null)
    {
        var application = await TransportApplication.StartAsync(tree, name, configure, options);
        return Own(application);
    }

    protected T Own<T>(T started)
        where T : IAsyncDisposable
    {
        _started.Add(started);
        return started;
    }

    /// <summary>Serves the cellar where the caller does not see it, and tells the caller of it at the other end of a link.</summary>
    protected async Task<FrozenLink> ServeBehindAsync(
        Func<EndpointDescription, FrozenLink> link, Func<EndpointDescription, FrozenLink, EndpointDescription> redirect)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(redirect);
        var service = await ServeAsync("behind", new MemoryTree(), Cellar);
        var endpoint = (await service.Services.GetRequiredService<IEndpointDirectory>().FindAsync(
            "cellar", TestContext.Current.CancellationToken)).Single().Description;
        var between = Own(link(endpoint));
        await using var store = new MemoryCoordinationStore(Tree);
        await store.OpenAsync(CancellationToken.None);
        foreach (var path in (string[])["/endpoints", "/endpoints/cellar", "/endpoints/cellar/1.2.0"])
        {
            await store.CommitAsync([new StoreOperation.Create(path, default, NodeKind.Persistent)]);
        }
        await store.CommitAsync([new StoreOperation.Create(
            "/endpoints/cellar/1.2.0/behind_", redirect(endpoint, between).ToJson(), NodeKind.PersistentSequential)]);
        return between;
    }

    private static Task WorksAsync(ICellar cellar, Func<bool> condition) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                return await cellar.EchoAsync("again") == "again" && condition();
            }
            catch (Exception error) when (error is ServiceUnavailableException or CircuitOpenException or DeadlineExceededException)
            {
                return false;
            }
        },
        "calls work again");
}
