using System.Text;
using System.Text.Json;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fan.Tests.Calls;

/// <summary>How long calls may take, where no transport is needed to see it.</summary>
public sealed class TimeLimitTests
{
    private static readonly JsonElement None = JsonDocument.Parse("{}").RootElement;

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();

    public static TheoryData<TimeSpan, bool> Defaults => new()
    {
        { TimeSpan.Zero, false }, { TimeSpan.FromSeconds(-5), false }, { TimeSpan.FromDays(60), false }, { TimeSpan.MaxValue, false },
        { TimeSpan.FromMilliseconds(1), true }, { TimeSpan.FromDays(49), true }, { Timeout.InfiniteTimeSpan, true },
    };

    [Theory]
    [MemberData(nameof(Defaults))]
    public void The_default_of_an_application_has_the_same_range(TimeSpan limit, bool isAllowed)
    {
        using var services = new ServiceCollection().AddFan(options => options.DefaultTimeout = limit).Services.BuildServiceProvider();
        if (isAllowed)
        {
            Assert.Equal(limit, services.GetRequiredService<IOptions<FanOptions>>().Value.DefaultTimeout);
            return;
        }

        var error = Assert.ThrowsAny<OptionsValidationException>(() => services.GetRequiredService<IOptions<FanOptions>>().Value);
        Assert.Contains(
            "DefaultTimeout must be above zero and at most 49 days, or Timeout.InfiniteTimeSpan (-1 ms) for no limit",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_refuses_what_no_call_can_have()
    {
        foreach (var limit in new[] { TimeSpan.FromTicks(-1), TimeSpan.FromDays(60), TimeSpan.MinValue, TimeSpan.MaxValue })
            Assert.Equal("timeout", Assert.Throws<BadArgumentException>(() => CallContext.Current.WithTimeout(limit)).Argument);
        Assert.Null(CallContext.Current.WithTimeout(Timeout.InfiniteTimeSpan).Remaining);
        Assert.Equal(TimeSpan.Zero, CallContext.Current.WithTimeout(TimeSpan.Zero).Remaining);
    }

    [Fact]
    public async Task By_name_a_limit_counts_where_the_service_is_local_too()
    {
        var cellar = new Cellar();
        await using var host = await TestHost.StartAsync(_tree, _network, "one", fan => fan.AddService<ICellar>(_ => cellar));
        await Assert.ThrowsAsync<DeadlineExceededException>(
            async () => await host.Fan.CallAsync("cellar.wait", None, new CallOptions { Timeout = TimeSpan.FromMilliseconds(50) }));
        await cellar.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<DeadlineExceededException>(
            async () => await host.Fan.CallAsync("cellar.who", None, new CallOptions { Timeout = TimeSpan.Zero }));
        await Assert.ThrowsAsync<BadArgumentException>(
            async () => await host.Fan.CallAsync("cellar.who", None, new CallOptions { Timeout = TimeSpan.FromSeconds(-5) }));
        Assert.Equal(
            "cellar", await host.Fan.CallAsync<string>("cellar.who", None, new CallOptions { Timeout = Timeout.InfiniteTimeSpan }));
    }

    [Fact]
    public async Task Who_cancels_while_the_call_waits_for_an_endpoint_has_cancelled_it()
    {
        await using var host = await TestHost.StartAsync(_tree, _network, "needy", fan => fan.DependsOn<ICellar>());
        using var cancel = new CancellationTokenSource();
        var call = host.Fan.Get<ICellar>().GetAsync(1, cancel.Token).AsTask();
        Assert.False(call.IsCompleted);
        await cancel.CancelAsync();
        Assert.Equal(cancel.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call)).CancellationToken);
        using (CallContext.Current.WithTimeout(TimeSpan.FromMilliseconds(50)).Use())
        {
            await Assert.ThrowsAsync<NoSuchServiceException>(async () => await host.Fan.Get<ICellar>().WhoAsync());
        }
    }

    [Theory]
    [InlineData("250", 250)]
    [InlineData("-1", -1)]
    [InlineData("0", null)]
    [InlineData("-2", null)]
    [InlineData("1e400", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("9999999999", null)]
    [InlineData("\"1\"", null)]
    [InlineData("null", null)]
    public void A_limit_in_a_registration_is_read_where_it_is_one(string json, int? milliseconds)
    {
        var read = EndpointDescription.Parse(
            Encoding.UTF8.GetBytes($$"""{"transport": "loop", "methods": [{"name": "get", "timeout_ms": {{json}}}]}"""));
        Assert.Equal(milliseconds is { } expected ? TimeSpan.FromMilliseconds(expected) : null, Assert.Single(read.Methods).Timeout);
        Assert.Equal(read.Methods, EndpointDescription.Parse(read.ToJson()).Methods);
    }
}
