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

        async Task<int> PauseAsync()
        {
            var pause = rotation.PauseAfterFailureAsync(CancellationToken.None);
            var milliseconds = 0;
            for (; !pause.IsCompleted; milliseconds++) clock.Advance(TimeSpan.FromMilliseconds(1));
            await pause;
            return milliseconds;
        }
    }
}
