using Fan.ZooKeeper.Client;
using Microsoft.Extensions.Time.Testing;

namespace Fan.ZooKeeper.Tests.Client;

public sealed class HostRotationTests
{
    private static readonly ServerAddress[] s_servers = [new("a", 1), new("b", 1), new("c", 1)];

    [Fact]
    public void Each_round_tries_every_server_once_and_clients_begin_with_different_ones()
    {
        var first = new HashSet<ServerAddress>();
        for (var i = 0; i < 200; i++)
        {
            var rotation = new HostRotation(s_servers, TimeProvider.System);
            var round = new[] { rotation.Next(), rotation.Next(), rotation.Next() };
            Assert.Equal(s_servers.ToHashSet(), round.ToHashSet());
            Assert.Equal(round[0], rotation.Next());
            first.Add(round[0]);
        }

        Assert.Equal(3, first.Count);
    }

    [Fact]
    public async Task Pauses_come_after_whole_rounds_grow_and_begin_anew_after_a_success()
    {
        var clock = new FakeTimeProvider();
        var rotation = new HostRotation(s_servers, clock);
        Assert.Equal((0, 0), (await PauseAsync(), await PauseAsync()));
        Assert.InRange(await PauseAsync(), 10, 31);
        for (var i = 0; i < 30; i++) await PauseAsync();
        Assert.Equal((0, 0), (await PauseAsync(), await PauseAsync()));
        Assert.InRange(await PauseAsync(), 1000, 3001);
        rotation.NoteSuccess();
        Assert.Equal((0, 0), (await PauseAsync(), await PauseAsync()));
        Assert.InRange(await PauseAsync(), 10, 31);

        Task<int> PauseAsync() => HostRotationTests.PauseAsync(rotation, clock, longest: null);
    }

    [Fact]
    public async Task A_pause_ends_soon_after_the_moment_at_which_something_else_is_to_be_tried()
    {
        var clock = new FakeTimeProvider();
        var rotation = new HostRotation(s_servers, clock);
        for (var i = 0; i < 30; i++) await PauseAsync(rotation, clock, longest: null);
        for (var i = 0; i < 2; i++) await PauseAsync(rotation, clock, TimeSpan.FromMilliseconds(100));
        Assert.InRange(await PauseAsync(rotation, clock, TimeSpan.FromMilliseconds(100)), 100, 401);
        for (var i = 0; i < 2; i++) await PauseAsync(rotation, clock, TimeSpan.FromMilliseconds(-1));
        Assert.InRange(await PauseAsync(rotation, clock, TimeSpan.FromMilliseconds(-1)), 0, 301);
    }

    private static async Task<int> PauseAsync(HostRotation rotation, FakeTimeProvider clock, TimeSpan? longest)
    {
        var pause = rotation.PauseAfterFailureAsync(longest, CancellationToken.None);
        var milliseconds = 0;
        for (; !pause.IsCompleted; milliseconds++) clock.Advance(TimeSpan.FromMilliseconds(1));
        await pause;
        return milliseconds;
    }
}
