using System.Security.Claims;
using Fan.Coordination;
using Fan.Security;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fan.Tests.Security;

/// <summary>Policies in code and in configuration, and what they cost those who have none.</summary>
public sealed class PolicyTests
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Cellar _cellar = new();

    [Fact]
    public async Task Configuration_says_who_may_call_as_code_does()
    {
        await using var service = await ServeAsync(new()
        {
            ["Fan:Policies:cellar"] = "orders, boss",
            ["Fan:Policies:cellar/who:Anyone"] = "true",
            ["Fan:Policies:cellar/add:Roles:0"] = "taster",
            ["Fan:Policies:cellar/count:Claims:scope"] = "count, all",
            ["Fan:Policies:shop.till:Authenticated"] = "true",
        });
        await using var caller = await CallerAsync();
        var cellar = caller.Fan.Get<ICellar>();
        Assert.Equal("cellar", await cellar.WhoAsync());
        await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await cellar.GetAsync(1));
        await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await caller.Fan.Get<ITill>(1).NameAsync());
        _token = "stranger";
        await Assert.ThrowsAsync<AccessDeniedException>(async () => await cellar.GetAsync(1));
        await caller.Fan.Get<ITill>(1).NameAsync();
        _token = "orders";
        await cellar.GetAsync(1);
        Assert.Contains("another role", Assert.Throws<AccessDeniedException>(() => cellar.Add(1, 2)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "another claim 'scope'",
            (await Assert.ThrowsAsync<AccessDeniedException>(async () => await cellar.CountAsync(1).ToListAsync())).Message,
            StringComparison.Ordinal);
        _token = "boss:taster;count";
        Assert.Equal(3, cellar.Add(1, 2));
        Assert.Equal([1], await cellar.CountAsync(1).ToListAsync());
    }

    [Fact]
    public async Task Configuration_adds_to_what_code_says_and_takes_nothing_away()
    {
        await using var service = await ServeAsync(
            new() { ["Fan:Policies:*:Roles"] = "taster", ["Fan:Policies:cellar"] = "orders, boss" },
            fan => fan.Authorize<ICellar>(policy => policy.RequireCaller("boss", "chief")));
        await using var caller = await CallerAsync();
        foreach (var (token, isIn) in new[]
        {
            ("orders:taster", false),
            ("chief:taster", false),
            ("boss:clerk", false),
            ("boss:taster", true)
        })
        {
            _token = token;
            if (isIn) Assert.Equal(3, caller.Fan.Get<ICellar>().Add(1, 2));
            else Assert.Throws<AccessDeniedException>(() => caller.Fan.Get<ICellar>().Add(1, 2));
        }
    }

    [Fact]
    public async Task What_can_not_be_meant_fails_the_start_with_all_of_it()
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => ServeAsync(
            new()
            {
                ["Fan:Policies:celar"] = "orders",
                ["Fan:Policies:cellar/gett"] = "orders",
                ["Fan:Policies:cellar:Caller"] = "orders",
                ["Fan:Policies:cellar/get:Anyone"] = "false",
                ["Fan:Policies:cellar/add:Callers"] = " , ",
                ["Fan:Policies:cellar/who:Anyone"] = "true",
                ["Fan:Policies:cellar/who:Roles"] = "taster",
            },
            fan => fan.Authorize<IFront>(policy => policy.RequireAuthenticated())));
        foreach (var part in new[]
        {
            "Fan:Policies:celar: the application hosts no service 'celar'; it hosts cellar, shop.till",
            "Fan:Policies:cellar/gett: 'cellar' has no method 'gett'; it has add,",
            "Fan:Policies:cellar:Caller is not known; a policy has Callers, Roles, Claims, Authenticated, Anyone and TrustQueues",
            "Fan:Policies:cellar/get:Anyone must be true, or not be there; it is 'false'",
            "Fan:Policies:cellar/add:Callers names nobody",
            "'cellar/who' can't be for anyone and for certain callers",
            "Authorize<IFront>: the application does not host it",
        }) Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_decides_with_the_shard_the_caller_and_the_container()
    {
        await using var service = await ServeAsync(
            [],
            fan => fan.Authorize<ITill>(
                policy => policy.Require(
                    "its own shop",
                    (request, _) => new(request.Caller is { } caller
                        && request.Services.GetService<PolicyTests>() is not null
                        && caller.HasClaim("scope", request.ShardKeys[0])))));
        await using var caller = await CallerAsync();
        await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await caller.Fan.Get<ITill>(7).NameAsync());
        _token = "shop:clerk;7";
        await caller.Fan.Get<ITill>(7).NameAsync();
        Assert.Contains(
            "asks for its own shop",
            (await Assert.ThrowsAsync<AccessDeniedException>(async () => await caller.Fan.Get<ITill>(8).NameAsync())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_nobody_vouches_for_has_no_roles_and_no_claims()
    {
        await using var service = await ServeAsync([], fan => fan.Authorize<ICellar>(policy => policy.RequireRole("taster")));
        await using var caller = await CallerAsync();
        _token = "unproven:taster";
        Assert.Throws<NotAuthenticatedException>(() => caller.Fan.Get<ICellar>().Add(1, 2));
    }

    [Fact]
    public async Task The_application_itself_is_let_in_and_its_calls_stay_direct()
    {
        await using var service = await ServeAsync([], fan => fan.Authorize(policy => policy.RequireCaller("orders")));
        var cellar = service.Fan.Get<ICellar>();
        Assert.Equal(3, cellar.Add(1, 2));
        Assert.Equal(
            3,
            await service.Fan.CallAsync<int>("cellar.add", System.Text.Json.JsonDocument.Parse("""{"left": 1, "right": 2}""").RootElement));
        await cellar.RestockAsync(4);
        await Eventually.TrueAsync(() => _cellar.Restocked.Count == 1, "the push was handled");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) cellar.Add(i, i);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public async Task Who_called_is_known_to_what_is_called_within_the_process()
    {
        await using var service = await ServeAsync(
            [], fan => fan.AddService<IFront>(services => new Front(services.GetRequiredService<IFan>())));
        await using var caller = await CallerAsync();
        _token = "ann";
        await caller.Fan.Get<IFront>().AskAsync();
        Assert.Equal("ann", _cellar.Seen?.Principal?.Identity?.Name);
    }

    [Fact]
    public void A_token_shows_in_no_text()
    {
        var headers = new Fan.Messaging.MessageHeaders { Authorization = "Bearer s3cret\r\nx: y" };
        var error = Assert.Throws<BadMessageException>(() => headers.CopyTo(0, static (_, _, _) => { }));
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "s3cret", new CallerCredentials("cellar", "get", "http", "Bearer", "s3cret", null).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_has_policies_as_a_service_has()
    {
        await using var service = await ServeAsync([]);
        await using var proxy = await TestHost.StartAsync(_tree, _network, "proxies", fan =>
        {
            fan.Services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Fan:Policies:cellar_proxy"] = "orders",
                ["Fan:Policies:cellar_proxy/who:Anyone"] = "true",
            }).Build());
            fan.AddProxy(
                "cellar_proxy", "cellar", (call, ct) => call.ForwardAsync(cancellationToken: ct)).AddCallerAuthenticator<Authenticator>();
        });
        await using var caller = await CallerAsync();
        await caller.Services.GetRequiredService<ISystemChanges>().ChangeAsync(
            [new RouteChange { Service = "cellar", Alias = "cellar_proxy" }],
            new ChangeOptions { Author = "tester", DrainTimeout = TimeSpan.Zero });
        Assert.Equal("cellar", await caller.Fan.Get<ICellar>().WhoAsync());
        await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await caller.Fan.Get<ICellar>().GetAsync(1));
        _token = "stranger";
        await Assert.ThrowsAsync<AccessDeniedException>(async () => await caller.Fan.Get<ICellar>().GetAsync(1));
        _token = "orders";
        Assert.NotNull(await caller.Fan.Get<ICellar>().GetAsync(1));
    }

    private string? _token;

    private Task<TestHost> ServeAsync(Dictionary<string, string?> settings, Action<FanBuilder>? configure = null) =>
        TestHost.StartAsync(_tree, _network, "cellars", fan =>
        {
            fan.Services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
            fan.Services.AddSingleton(this);
            fan.AddService<ICellar>(_ => _cellar).AddService<ITill, Till>().AddCallerAuthenticator<Authenticator>();
            configure?.Invoke(fan);
        });

    private Task<TestHost> CallerAsync() =>
        TestHost.StartAsync(_tree, _network, "caller", fan => fan.UseCallerToken((_, _) => new(_token)));

    private sealed class Front(IFan fan) : IFront
    {
        public async ValueTask<string> AskAsync() => (await fan.Get<ICellar>().GetAsync(1)).Name;
    }

    // Tokens as "name:role;scope".
    private sealed class Authenticator : ICallerAuthenticator
    {
        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(CallerCredentials credentials, CancellationToken cancellationToken)
        {
            if (credentials.Token is not { } token) return default;
            var parts = token.Split(':', ';');
            var claims = new List<Claim> { new(ClaimTypes.Name, parts[0]) };
            if (parts.Length > 1) claims.Add(new Claim(ClaimTypes.Role, parts[1]));
            if (parts.Length > 2) claims.Add(new Claim("scope", parts[2]));
            return new(new ClaimsPrincipal(new ClaimsIdentity(claims, parts[0] == "unproven" ? null : "test")));
        }
    }
}
