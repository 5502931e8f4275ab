namespace Fan.Conformance.Transports;

/// <summary>Deadlines and cancellation reach the far end.</summary>
public abstract class TransportTimeConformance : TransportConformance
{
    [Fact]
    public async Task A_deadline_ends_the_call_at_both_ends()
    {
        await EndsInTimeAsync(async () => await Remote.WaitAsync());
        await Assert.ThrowsAsync<DeadlineExceededException>(async () => await Remote.HurryAsync());
    }

    [Fact]
    public async Task No_call_is_made_when_no_time_is_left()
    {
        using (CallContext.Current.WithTimeout(TimeSpan.Zero).Use())
        {
            Assert.StartsWith(
                "No time was left",
                (await Assert.ThrowsAsync<DeadlineExceededException>(async () => await Remote.GetAsync(1))).Message,
                StringComparison.Ordinal);
        }
        Assert.Null(Cellar.Seen);
    }

    [Fact]
    public async Task What_remains_of_the_time_travels_and_shrinks_with_every_hop()
    {
        await StartAsync("fronts", fan => fan.AddService<IFront, Front>());
        using (CallContext.Current.WithTimeout(TimeSpan.FromSeconds(20)).Use()) await Caller.Fan.Get<IFront>().AskAsync(1);
        Assert.InRange(Cellar.Remaining!.Value, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(20) - TimeSpan.FromTicks(1));
        await Remote.GetAsync(1);
        Assert.InRange(Cellar.Remaining!.Value, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_deadline_ends_the_work_two_hops_away()
    {
        await StartAsync("fronts", fan => fan.AddService<IFront, Front>());
        await EndsInTimeAsync(async () => await Caller.Fan.Get<IFront>().WaitAsync());
    }

    [Fact]
    public Task A_sequence_ends_when_its_time_is_over() => EndsInTimeAsync(async () => await Remote.DripAsync().ToListAsync());

    [Fact]
    public async Task Cancelling_cancels_the_work_at_both_ends()
    {
        using var cancel = new CancellationTokenSource();
        var call = Remote.WaitAsync(cancel.Token).AsTask();
        await SoonAsync(Cellar.Waiting);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await SoonAsync(Cellar.Ended);
        Assert.Equal(3, Remote.Add(1, 2));
    }

    [Fact]
    public async Task Cancelling_cancels_the_work_two_hops_away()
    {
        await StartAsync("fronts", fan => fan.AddService<IFront, Front>());
        using var cancel = new CancellationTokenSource();
        var call = Caller.Fan.Get<IFront>().WaitAsync(cancel.Token).AsTask();
        await SoonAsync(Cellar.Waiting);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await SoonAsync(Cellar.Ended);
    }

    [Fact]
    public async Task Cancelling_a_sequence_between_items_cancels_the_work()
    {
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Remote.DripAsync(cancel.Token)) await cancel.CancelAsync();
        });
        await SoonAsync(Cellar.Ended);
        Assert.Equal(3, Remote.Add(1, 2));
    }

    [Fact]
    public async Task Leaving_a_sequence_early_ends_the_work()
    {
        await foreach (var _ in Remote.CountAsync(int.MaxValue)) break;
        await SoonAsync(Cellar.Ended);
        Cellar.Reset();
        await foreach (var _ in Remote.DripAsync()) break;
        await SoonAsync(Cellar.Ended);
        Assert.Equal(3, Remote.Add(1, 2));
    }

    [Fact]
    public async Task A_caller_that_goes_away_ends_the_work()
    {
        var other = await StartAsync("other");
        var call = other.Fan.Get<ICellar>().WaitAsync().AsTask();
        await SoonAsync(Cellar.Waiting);
        await other.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => call);
        await SoonAsync(Cellar.Ended);
    }

    // On a busy machine the time may be over before the call arrives; then it gets more of it.
    private async Task EndsInTimeAsync(Func<Task> call)
    {
        for (var time = TimeSpan.FromMilliseconds(300); Cellar.Calls == 0; time *= 2)
        {
            using (CallContext.Current.WithTimeout(time).Use()) await Assert.ThrowsAsync<DeadlineExceededException>(call);
        }

        await SoonAsync(Cellar.Ended);
    }
}
