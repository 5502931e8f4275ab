using Fan.Coordination;

namespace Fan.Conformance;

/// <summary>Ephemeral nodes and the life of a session.</summary>
public abstract class StoreSessionConformance : StoreConformance
{
    [Fact]
    public async Task An_ephemeral_node_belongs_to_its_session_and_goes_when_it_is_closed()
    {
        var other = await Harness.OpenAsync();
        Assert.NotEqual(Store.SessionId, other.SessionId);
        await CommitAsync(other, Create("/e", kind: NodeKind.Ephemeral), Create("/p"));
        // What others wrote is only certain to be read after a sync: the servers of an ensemble lag.
        await Store.SyncAsync();
        Assert.Equal(other.SessionId, (await Store.GetAsync("/e"))!.EphemeralOwner);
        await other.DisposeAsync();
        await Eventually.TrueAsync(async () => await Store.GetAsync("/e") is null, "the ephemeral node is gone");
        Assert.NotNull(await Store.GetAsync("/p"));
    }

    [Fact]
    public async Task An_expired_session_loses_its_nodes_says_so_and_goes_on_as_a_new_one()
    {
        var other = await Harness.OpenAsync();
        await using var states = other.WatchSessionAsync().GetAsyncEnumerator();
        Assert.True(await states.MoveNextAsync());
        Assert.Equal(SessionState.Connected, states.Current);
        await CommitAsync(other, Create("/e", kind: NodeKind.Ephemeral));
        var before = other.SessionId;

        await Harness.ExpireAsync(other);
        await Store.SyncAsync();
        Assert.Null(await Store.GetAsync("/e"));
        var seen = new List<SessionState>();
        while (await states.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline))
        {
            seen.Add(states.Current);
            if (seen.Contains(SessionState.Expired) && states.Current == SessionState.Connected) break;
        }

        Assert.NotEqual(before, other.SessionId);
        await CommitAsync(other, Create("/e", kind: NodeKind.Ephemeral));
        await Store.SyncAsync();
        Assert.Equal(other.SessionId, (await Store.GetAsync("/e"))!.EphemeralOwner);
    }

    [Fact]
    public async Task While_it_is_connected_the_lease_is_known_and_never_longer_than_the_session()
    {
        var other = await Harness.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await CommitAsync(other, i == 0 ? Create("/lease") : Set("/lease", $"{i}"));
            Assert.InRange(other.LeaseRemaining, TimeSpan.FromTicks(1), Harness.Session);
        }

        // What an answer confirms is counted from when the question was sent, so the lease is under the whole from the first moment.
        if (Harness.Session != TimeSpan.MaxValue) Assert.True(other.LeaseRemaining < Harness.Session);
    }

    [Fact]
    public async Task Before_it_is_open_and_after_it_is_disposed_no_lease_is_known()
    {
        var other = await Harness.OpenAsync();
        await other.DisposeAsync();
        Assert.Equal(TimeSpan.Zero, other.LeaseRemaining);
    }

    [Fact]
    public async Task Who_is_told_of_an_expiry_finds_no_lease_but_that_of_the_next_session()
    {
        var other = await Harness.OpenAsync();
        var before = other.SessionId;
        await using var states = other.WatchSessionAsync().GetAsyncEnumerator();
        Assert.True(await states.MoveNextAsync());
        await Harness.ExpireAsync(other);
        while (states.Current != SessionState.Expired) Assert.True(await states.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
        // In this order, as whoever holds a lock by it looks.
        var lease = other.LeaseRemaining;
        Assert.True(lease == TimeSpan.Zero || other.SessionId != before);
        await Eventually.TrueAsync(() => Task.FromResult(other.LeaseRemaining > TimeSpan.Zero), "the new session has a lease");
        Assert.NotEqual(before, other.SessionId);
    }

    [Fact]
    public async Task The_states_end_when_the_store_is_disposed()
    {
        var other = await Harness.OpenAsync();
        var states = Task.Run(async () =>
        {
            await foreach (var _ in other.WatchSessionAsync())
            {
            }
        });
        await other.DisposeAsync();
        await states.WaitAsync(Eventually.Deadline);
    }
}
