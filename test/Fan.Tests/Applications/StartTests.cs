using Fan.Conformance;
using Fan.Coordination;
using Fan.Serving;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Tests.Applications;

/// <summary>What an application tells at its start, and where it can't.</summary>
public sealed class StartTests : IDisposable
{
    private readonly LoopNetwork _network = new();
    private readonly WrittenText _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task It_tells_its_store_and_where_what_is_served()
    {
        await using var host = await TestHost.StartAsync(
            new MemoryTree(), _network, "one", fan => fan.AddService<ICellar>(_ => new Cellar()).AddService<ITill, Till>(), _log);
        Assert.Single(_log.All, line => line.StartsWith("Uses the store memory:", StringComparison.Ordinal));
        var served = Assert.Single(_log.All, line => line.StartsWith("Serves over ", StringComparison.Ordinal));
        Assert.StartsWith(
            $"Serves over loop at test:{host.Server.Port}: cellar 1.2.0, shop[shop_id].till ", served, StringComparison.Ordinal);
        Assert.DoesNotContain(_log.All, line => line.Contains("is alone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_only_calls_tells_its_store()
    {
        await using var host = await TestHost.StartAsync(new MemoryTree(), _network, "one", _ => { }, _log);
        Assert.Single(_log.All, line => line.StartsWith("Uses the store", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.All, line => line.StartsWith("Serves over", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_without_any_store_says_that_it_is_alone_and_one_that_chose_memory_does_not()
    {
        using (var alone = Build(fan => fan.AddService<ICellar>(_ => new Cellar())))
        {
            await alone.StartAsync(TestContext.Current.CancellationToken);
            Assert.Single(_log.All, line => line.Contains("this application is alone in its own memory", StringComparison.Ordinal)
                && line.Contains("Fan:Store or FAN_STORE", StringComparison.Ordinal));
            await alone.StopAsync(TestContext.Current.CancellationToken);
        }

        using var chosen = Build(fan => fan.UseStore("memory:chosen"));
        await chosen.StartAsync(TestContext.Current.CancellationToken);
        Assert.Single(_log.All, line => line.Contains("is alone", StringComparison.Ordinal));
        await chosen.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_is_wrong_with_the_settings_is_one_sentence()
    {
        using var host = Build(fan => fan.UseStore("memory:x").AddSubscriptions<Queues.PlainClass>());
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("has no method with [Subscribe]", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, error.ToString());
        // The details are there for who asks for them.
        Assert.Contains(_log.All, line =>
            line.StartsWith("The application can't start", StringComparison.Ordinal) && line.Contains("   at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Fan:DefaultTimeout", "soon", "Fan:DefaultTimeout must be a time such as 00:00:30; it is 'soon'.")]
    [InlineData("Fan:DefaultTimeout", "00:00:00", null)]
    [InlineData("Fan:CopyLocalCalls", "perhaps", "Fan:CopyLocalCalls must be true or false; it is 'perhaps'.")]
    [InlineData("Fan:Queues:*:Partitions", "many", "Fan:Queues:*:Partitions must be a whole number; it is 'many'.")]
    [InlineData("Fan:Policies:cellar:Anybody", "perhaps", null)]
    [InlineData("Fan:Routes:cellar:Kalls", "loop", null)]
    public async Task A_setting_that_can_t_be_used_is_one_line_wherever_the_host_meets_it(string key, string value, string? line)
    {
        using var host = Build(
            fan => fan.UseStore("memory:x").AddService<ICellar>(_ => new Cellar()).Services.AddHostedService<Calling>(),
            new() { [key] = value });
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(error.Message, error.ToString());
        Assert.DoesNotContain('\n', error.ToString());
        if (line is not null) Assert.Equal(line, error.ToString());
    }

    [Fact]
    public async Task So_is_what_is_hosted_twice_and_what_the_container_lacks()
    {
        Assert.Equal(
            "Service 'cellar' is added twice; an application hosts one version of a service.",
            (await FailAsync(fan => fan.AddService<ICellar>(_ => new Cellar()).AddService<ICellar>(_ => new Cellar()))).ToString());
        Assert.Contains(
            nameof(Bottles), (await FailAsync(fan => fan.AddService<ITill, TillWithBottles>())).ToString(), StringComparison.Ordinal);
        Assert.Contains("must be a URL", (await FailAsync(fan => fan.UseStore("nonsense"))).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_applications_own_code_throws_keeps_its_stack()
    {
        using var host = Build(fan => fan.UseStore("memory:x").AddService<ITill>(_ => throw new InvalidOperationException("mine")));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains(nameof(StartTests), error.StackTrace, StringComparison.Ordinal);
    }

    private async Task<FanStartException> FailAsync(Action<FanBuilder> configure)
    {
        using var host = Build(fan => configure(fan.UseStore("memory:x")));
        return await Assert.ThrowsAsync<FanStartException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }

    private IHost Build(Action<FanBuilder> configure, Dictionary<string, string?>? settings = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(_log);
        builder.Services.AddSingleton<IServerTransport>(new LoopServer(_network));
        configure(builder.Services.AddFan());
        return builder.Build();
    }

    // Made with everything else that the host runs, so that it is the first to want what can't be made.
    private sealed class Calling(IFan fan) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.FromResult(fan);
    }

    private sealed record Bottles(string Name);

    private sealed class TillWithBottles(Bottles bottles) : ITill
    {
        public ValueTask<string> NameAsync() => new(bottles.Name);
    }
}
