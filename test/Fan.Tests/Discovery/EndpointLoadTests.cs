using Fan.Discovery;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Tests.Discovery;

public sealed class EndpointLoadTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void An_endpoint_that_is_still_there_long_after_it_left_has_come_back()
    {
        var load = new EndpointLoad(_clock);
        Assert.False(load.IsLeaving);
        load.Leave();
        Assert.True(load.IsLeaving);
        _clock.Advance(TimeSpan.FromSeconds(29));
        load.Leave();
        Assert.True(load.IsLeaving);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(load.IsLeaving);
    }

    [Fact]
    public void Its_successor_is_waited_for_each_time_that_it_leaves_and_not_when_it_only_fails()
    {
        var load = new EndpointLoad(_clock);
        load.Failed("cut", load.Begin());
        Assert.Equal(TimeSpan.Zero, load.Handover);
        for (var i = 0; i < 2; i++)
        {
            load.Leave();
            Assert.Equal(TimeSpan.Zero, load.Handover);
            load.Failed("refused", load.Begin());
            Assert.InRange(load.Handover, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
            _clock.Advance(TimeSpan.FromSeconds(1));
            load.Failed("refused again", load.Begin());
            Assert.InRange(load.Handover, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal(TimeSpan.Zero, load.Handover);
            load.Failed("cut", load.Begin());
            Assert.Equal(TimeSpan.Zero, load.Handover);
        }
    }

    [Fact]
    public void Failures_in_a_row_leave_it_out_for_longer_and_longer_and_one_success_ends_that()
    {
        var load = new EndpointLoad(_clock);
        var before = TimeSpan.Zero;
        for (var i = 0; i < 5; i++)
        {
            load.Failed("cut", load.Begin());
            Assert.False(load.IsAvailable);
            Assert.True(load.Pause > before);
            before = load.Pause;
            _clock.Advance(before);
            Assert.True(load.IsAvailable);
        }

        load.Failed("cut", load.Begin());
        load.Succeeded();
        Assert.True(load.IsAvailable);
        Assert.Equal(TimeSpan.Zero, load.Pause);
    }

    [Fact]
    public void One_failed_connection_counts_once_however_many_calls_waited_for_it()
    {
        var load = new EndpointLoad(_clock);
        var begun = Enumerable.Range(0, 1000).Select(_ => load.Begin()).ToList();
        foreach (var call in begun) load.Failed("refused", call);
        Assert.InRange(load.Pause, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(125));
        _clock.Advance(load.Pause);
        // They began before it was left out, so what they tell is known.
        var late = load.Begin();
        load.Failed("refused", begun[0]);
        Assert.True(load.IsAvailable);
        load.Failed("refused", late);
        Assert.InRange(load.Pause, TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(250));
    }
}
