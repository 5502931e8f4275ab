using System.Text;
using System.Text.Json;
using Fan.Messaging;

namespace Fan.Conformance.Transports;

/// <summary>The bounds of what is sent and taken.</summary>
public abstract class TransportLimitConformance : TransportConformance
{
    private const int Limit = 256 * 1024;

    /// <summary>The bytes around a text that is the only argument: in JSON <c>{"text":""}</c>.</summary>
    protected virtual int ArgumentFrame => 11;

    /// <summary>The bytes around a text that is the reply: in JSON its quotes.</summary>
    protected virtual int ReplyFrame => 2;

    [Fact]
    public async Task Arguments_are_taken_up_to_the_limit_and_not_one_byte_beyond()
    {
        Assert.Equal(Limit - ArgumentFrame, (await Remote.EchoAsync(new string('x', Limit - ArgumentFrame))).Length);
        await ExceededAsync(async () => await Remote.EchoAsync(new string('x', Limit - ArgumentFrame + 1)));
    }

    [Fact]
    public async Task Arguments_over_the_limit_of_the_service_alone_are_refused_by_it()
    {
        var generous = await StartAsync("generous", options: options => options.Limits.MaxPayloadBytes = Limit * 8);
        var cellar = generous.Fan.Get<ICellar>();
        Assert.Equal(Limit - ArgumentFrame, (await cellar.EchoAsync(new string('x', Limit - ArgumentFrame))).Length);
        foreach (var excess in (int[])[1, 1000, Limit, Limit * 6])
        {
            await ExceededAsync(async () => await cellar.EchoAsync(new string('x', Limit - ArgumentFrame + excess)));
            Assert.Equal(3, cellar.Add(1, 2));
        }

        Assert.Equal(4, Service.Rejected);
    }

    [Fact]
    public async Task Replies_are_taken_up_to_the_limit_and_not_one_byte_beyond()
    {
        Assert.Equal(Limit - ReplyFrame, (await Remote.TextOfAsync(Limit - ReplyFrame)).Length);
        await ExceededAsync(async () => await Remote.TextOfAsync(Limit - ReplyFrame + 1));
    }

    [Fact]
    public async Task Replies_over_the_limit_of_the_caller_alone_are_refused_by_it()
    {
        var strict = await StartAsync("strict", options: options => options.Limits.MaxPayloadBytes = Limit / 2);
        var cellar = strict.Fan.Get<ICellar>();
        Assert.Equal((Limit / 2) - ReplyFrame, (await cellar.TextOfAsync((Limit / 2) - ReplyFrame)).Length);
        await ExceededAsync(async () => await cellar.TextOfAsync((Limit / 2) - ReplyFrame + 1));
        await ExceededAsync(async () => await cellar.BlocksAsync(3, (Limit / 2) - ReplyFrame + 1).ToListAsync());
        await SoonAsync(Cellar.Ended);
        Assert.Equal(3, await cellar.BlocksAsync(3, (Limit / 2) - ReplyFrame).CountAsync());
    }

    [Fact]
    public async Task An_item_over_the_limit_ends_the_sequence()
    {
        Assert.Equal(3, await Remote.BlocksAsync(3, Limit - ReplyFrame).CountAsync());
        await ExceededAsync(async () => await Remote.BlocksAsync(3, Limit - ReplyFrame + 1).ToListAsync());
        Assert.Equal(3, Remote.Add(1, 2));
    }

    [Fact]
    public async Task Json_that_is_too_deep_is_refused()
    {
        var deep = new StringBuilder().Append('[', 60).Append(']', 60);
        var arguments = JsonDocument.Parse($$"""{"text": {{deep}}}""").RootElement;
        Assert.Equal(
            "MaxDepth",
            (await Assert.ThrowsAsync<LimitExceededException>(async () => await Caller.Fan.CallAsync("cellar.echo", arguments))).Limit);
        var generous = await StartAsync("generous", options: options => options.Limits.MaxDepth = 100);
        Assert.Equal(
            "text",
            (await Assert.ThrowsAsync<BadArgumentException>(async () => await generous.Fan.CallAsync("cellar.echo", arguments))).Argument);
        Assert.Equal(1, Service.Rejected);
        Assert.Equal(3, Remote.Add(1, 2));
    }

    protected override void Configure(FanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Limits.MaxPayloadBytes = Limit;
        options.Limits.MaxDepth = 32;
    }

    private static async Task ExceededAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<LimitExceededException>(call);
        Assert.Equal(nameof(FanLimits.MaxPayloadBytes), error.Limit);
        Assert.Contains(nameof(FanLimits.MaxPayloadBytes), error.Message, StringComparison.Ordinal);
    }
}
