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
        load.Failed("cut");
        Assert.Equal(TimeSpan.Zero, load.Handover);
        for (var i = 0; i < 2; i++)
        {
            load.Leave();
            Assert.Equal(TimeSpan.Zero, load.Handover);
            load.Failed("refused");
            Assert.InRange(load.Handover, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
            _clock.Advance(TimeSpan.FromSeconds(1));
            load.Failed("refused again");
            Assert.InRange(load.Handover, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal(TimeSpan.Zero, load.Handover);
            load.Failed("cut");
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
            load.Failed("cut");
            Assert.False(load.IsAvailable);
            Assert.True(load.Pause > before);
            before = load.Pause;
            _clock.Advance(before);
            Assert.True(load.IsAvailable);
        }

        load.Failed("cut");
        load.Succeeded();
        Assert.True(load.IsAvailable);
        Assert.Equal(TimeSpan.Zero, load.Pause);
    }
}
