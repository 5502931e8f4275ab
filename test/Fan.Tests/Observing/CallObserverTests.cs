using Fan.Commits;
using Fan.Coordination;
using Fan.Observing;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Observing;

[Service("scale[scale_id].kitchen")]
public interface IScale
{
    ValueTask<int> WeighAsync(string what, CancellationToken ct = default);
}

internal sealed class Scale : IScale
{
    public ValueTask<int> WeighAsync(string what, CancellationToken ct = default) => what switch
    {
        "nothing" => throw new ServiceFaultException("empty", "There is nothing on it."),
        "broken" => throw new InvalidOperationException("broken"),
        _ => new(what.Length),
    };
}

public sealed class CallObserverTests : IAsyncLifetime
{
    private const string Service = "scale.kitchen";

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private TestHost _kitchen = null!;
    private TestHost _caller = null!;

    private ICallObserver Observer => _caller.Services.GetRequiredService<ICallObserver>();

    public async ValueTask InitializeAsync()
    {
        _kitchen = await TestHost.StartAsync(_tree, _network, "kitchen", fan => fan.AddService<IScale, Scale>());
        _caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _kitchen.DisposeAsync();
    }

    [Fact]
    public async Task Calls_of_every_application_are_counted_within_and_between_processes()
    {
        await using var observed = Observer.ObserveAsync([Service, "other"], TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await UntilCountingAsync(observed, applications: 2);
        for (var i = 0; i < 30; i++)
        {
            await _caller.Fan.Get<IScale>(1).WeighAsync("apple");
            await _kitchen.Fan.Get<IScale>(1).WeighAsync("pear");
        }

        await Assert.ThrowsAsync<ServiceFaultException>(async () => await _caller.Fan.Get<IScale>(1).WeighAsync("nothing"));
        await Assert.ThrowsAsync<RemoteFailureException>(async () => await _caller.Fan.Get<IScale>(1).WeighAsync("broken"));
        while (observed.Current[Service].Calls < 62) Assert.True(await observed.MoveNextAsync());
        Assert.Equal((62, 1), (observed.Current[Service].Calls, observed.Current[Service].Failed));
        Assert.True(observed.Current[Service].Percentile(0.5) <= observed.Current[Service].Percentile(0.99));
        Assert.Equal(0, observed.Current["other"].Calls);
    }

    [Fact]
    public async Task Nothing_is_counted_and_nothing_is_left_when_nobody_looks_any_more()
    {
        var watching = new MemoryCoordinationStore(_tree);
        await using var closing = watching;
        await watching.OpenAsync();
        await using (var observed = Observer.ObserveAsync([Service], TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken))
        {
            await UntilCountingAsync(observed, applications: 2);
            await using var second = Observer.ObserveAsync([Service], TestContext.Current.CancellationToken)
                .GetAsyncEnumerator(TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<CommitConflictException>(async () => await second.MoveNextAsync());
        }

        Assert.Null(await watching.GetAsync(ObservationPath.Wanted));
        await Eventually.TrueAsync(
            async () => (await watching.GetChildrenAsync(ObservationPath.Reports))!.Count == 0, "no application reports");
    }

    [Fact]
    public void A_percentile_is_the_end_of_the_step_in_which_it_lies()
    {
        foreach (var milliseconds in (double[])[0.0001, 0.05, 1, 7, 250, 4000, 60_000])
        {
            var step = DurationScale.StepOf(milliseconds / 1000);
            var calls = new ObservedCalls(
                0, System.Collections.Immutable.ImmutableSortedDictionary<int, long>.Empty.Add(step, 10).Add(DurationScale.Steps - 1, 1));
            Assert.InRange(calls.Percentile(0.5)!.Value.TotalMilliseconds, milliseconds * 0.999, Math.Max(milliseconds * 1.1, 0.0012));
        }

        Assert.Null(ObservedCalls.None.Percentile(0.99));
    }

    private async Task UntilCountingAsync(IAsyncEnumerator<IReadOnlyDictionary<string, ObservedCalls>> observed, int applications)
    {
        var looking = new MemoryCoordinationStore(_tree);
        await using var closing = looking;
        await looking.OpenAsync();
        Assert.True(await observed.MoveNextAsync());
        await Eventually.TrueAsync(
            async () => (await looking.GetChildrenAsync(ObservationPath.Reports))!.Count == applications, "every application counts");
    }
}
