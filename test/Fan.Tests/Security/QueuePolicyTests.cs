using System.Security.Claims;
using Fan.Coordination;
using Fan.Queues;
using Fan.Security;
using Fan.Tests.Applications;
using Fan.Tests.Queues;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Security;

/// <summary>Pushes that come out of a queue which others may write to.</summary>
public sealed class QueuePolicyTests : IDisposable
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Broker _broker = new();
    private readonly News _news = new();
    private string? _token;

    public void Dispose() => _broker.Dispose();

    [Fact]
    public async Task A_push_that_nothing_proves_is_a_dead_letter_and_one_with_a_token_is_handled()
    {
        await using var host = await HostAsync(policy => policy.RequireCaller("press"));
        await using var pusher = await PusherAsync();
        await pusher.Fan.Get<INews>().PublishAsync("unproven", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await DeadAsync()).Count == 1, "it died");
        _token = "stranger";
        await pusher.Fan.Get<INews>().PublishAsync("denied", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await DeadAsync()).Count == 2, "it died too");
        Assert.All(await DeadAsync(), letter => Assert.Equal((DeadLetterReasons.AccessDenied, 1), (letter.Reason, letter.Attempts)));
        _token = "press";
        await pusher.Fan.Get<INews>().PublishAsync("proven", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => !_news.Texts.IsEmpty, "it was handled");
        Assert.Equal(["proven"], _news.Texts);
        Assert.Equal("press", _news.Contexts.Single().Principal!.Identity!.Name);
    }

    [Fact]
    public async Task Where_the_rights_at_the_broker_are_the_guard_pushes_need_no_token()
    {
        await using var host = await HostAsync(policy => policy.RequireCaller("press").TrustQueues());
        await using var pusher = await PusherAsync();
        await pusher.Fan.Get<INews>().PublishAsync("trusted", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => !_news.Texts.IsEmpty, "it was handled");
        // Calls are not meant.
        Assert.Throws<NotAuthenticatedException>(() => pusher.Fan.Get<INews>().Add(1, 2));
    }

    private async Task<IReadOnlyList<DeadLetter>> DeadAsync() =>
        await _broker.Queues.PeekDeadAsync(new QueueName("news", QueueName.MainGroup), 10, TestContext.Current.CancellationToken);

    private Task<TestHost> HostAsync(Action<CallPolicy> policy) => TestHost.StartAsync(_tree, _network, "host", fan =>
    {
        fan.AddService<INews>(_ => _news).AddCallerAuthenticator<Names>().Authorize<INews>(policy);
        fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(_broker));
    });

    private Task<TestHost> PusherAsync() => TestHost.StartAsync(_tree, _network, "pusher", fan =>
    {
        fan.UseCallerToken((_, _) => new(_token));
        fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(_broker));
    });

    private sealed class Names : ICallerAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(CallerCredentials credentials, CancellationToken cancellationToken) =>
            new(credentials.Token is { } name ? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "test")) : null);
    }
}
