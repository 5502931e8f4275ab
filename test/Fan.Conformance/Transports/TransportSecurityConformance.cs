namespace Fan.Conformance.Transports;

/// <summary>Who calls is proven, and policies decide, before anything of the service runs.</summary>
public abstract class TransportSecurityConformance : TransportConformance
{
    /// <summary>Whether the transport has queues of its own, into which pushes go without a call.</summary>
    protected virtual bool HasQueues => false;

    [Fact]
    public async Task A_call_that_nothing_proves_is_refused_as_not_authenticated()
    {
        // The name that an application gives itself is no proof.
        var pretender = await StartAsync("orders");
        var error = await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await pretender.Fan.Get<ICellar>().GetAsync(1));
        Assert.Equal(("not_authenticated", "cellar", "get"), (error.Code, error.Service, error.Method));
        Assert.Equal(0, Cellar.Calls);
        Assert.Equal(1, Service.Rejected);
    }

    [Fact]
    public async Task A_caller_that_the_policy_does_not_name_is_denied()
    {
        var stranger = await StartAsync("stranger", fan => fan.UseCallerToken((_, _) => new("stranger")));
        var error = await Assert.ThrowsAsync<AccessDeniedException>(async () => await stranger.Fan.Get<ICellar>().GetAsync(1));
        Assert.Equal(("access_denied", "cellar", "get"), (error.Code, error.Service, error.Method));
        Assert.Contains("'stranger'", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, Cellar.Calls);
        Assert.Equal(1, Service.Rejected);
    }

    [Fact]
    public async Task A_caller_that_the_policy_names_is_served_and_known_to_the_service()
    {
        var orders = await OrdersAsync();
        using ((CallContext.Current with { User = "boss" }).Use()) Assert.Equal(7, (await orders.GetAsync(7)).Id);
        Assert.Equal(("orders", "boss", "buyer"), (Cellar.Seen!.Principal!.Identity!.Name, Cellar.Seen.User, Cellar.Seen.Caller));
        Assert.True(Cellar.Seen.Principal.IsInRole("taster"));
    }

    [Fact]
    public async Task A_token_that_is_not_valid_is_told_with_the_reason()
    {
        var late = await StartAsync("late", fan => fan.UseCallerToken((_, _) => new("expired")));
        var error = await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await late.Fan.Get<ICellar>().GetAsync(1));
        Assert.Equal("The token has expired; ask for another one.", error.Message);
        Assert.Equal(0, Cellar.Calls);
        // Where anyone may call it makes no difference.
        Assert.Equal("open", await late.Fan.Get<ICellar>().EchoAsync("open"));
    }

    [Fact]
    public async Task What_is_said_of_a_method_holds_beside_what_is_said_of_the_service()
    {
        var orders = await OrdersAsync();
        await Assert.ThrowsAsync<AccessDeniedException>(async () => await orders.NothingAsync());
        var boss = await StartAsync("bosses", fan => fan.UseCallerToken((_, _) => new("boss:owner")));
        Assert.Null(await boss.Fan.Get<ICellar>().NothingAsync());
        var owner = await StartAsync("owners", fan => fan.UseCallerToken((_, _) => new("somebody:owner")));
        await Assert.ThrowsAsync<AccessDeniedException>(async () => await owner.Fan.Get<ICellar>().NothingAsync());
    }

    [Fact]
    public async Task A_method_for_anyone_and_a_service_without_a_policy_ask_nobody()
    {
        Assert.Equal("open", await Remote.EchoAsync("open"));
        Assert.Equal("till of shop 1", await Caller.Fan.Get<ITill>(1).NameAsync());
        Assert.Equal(0, Service.Rejected);
    }

    [Fact]
    public async Task A_sequence_is_refused_before_its_first_item()
    {
        await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await Remote.DripAsync().ToListAsync());
        Assert.Equal(0, Cellar.Calls);
        Assert.Equal([1, 2, 3], await (await OrdersAsync()).CountAsync(3).ToListAsync());
    }

    [Fact]
    public async Task A_push_that_nothing_proves_is_not_handled()
    {
        // A broker takes it from whoever may write there; it dies when it is to be handled.
        Assert.Equal(
            HasQueues ? null : typeof(NotAuthenticatedException),
            (await Record.ExceptionAsync(async () => await Remote.RestockAsync(1)))?.GetType());
        await (await OrdersAsync()).RestockAsync(2);
        await Eventually.TrueAsync(
            () =>
            {
                lock (Cellar.Restocked) return Task.FromResult(Cellar.Restocked.Count > 0);
            },
            "the push is handled");
        Assert.Equal([2], Cellar.Restocked);
    }

    [Fact]
    public async Task A_refused_caller_does_not_learn_whether_its_arguments_were_good()
    {
        using var arguments = System.Text.Json.JsonDocument.Parse("""{"id": "x"}""");
        await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await Caller.Fan.CallAsync("cellar.get", arguments.RootElement));
    }

    [Theory]
    [InlineData("broken")]
    [InlineData("refused-elsewhere")]
    [InlineData("careless:owner")]
    public async Task Why_a_check_of_callers_failed_is_told_to_the_log_alone(string token)
    {
        var stranger = await StartAsync("stranger", fan => fan.UseCallerToken((_, _) => new(token)));
        var error = await Assert.ThrowsAnyAsync<FanException>(async () => await stranger.Fan.Get<ICellar>().NothingAsync());
        Assert.DoesNotContain("10.0.0.7", error.Message, StringComparison.Ordinal);
        Assert.Contains("log of the service", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, Cellar.Calls);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("line\r")]
    [InlineData("žeton")]
    [InlineData("to ken")]
    [InlineData("nul\0")]
    public async Task A_token_that_no_header_can_carry_is_refused_at_the_caller(string token)
    {
        var caller = await StartAsync("orders", fan => fan.UseCallerToken((_, _) => new(token)));
        var error = await Assert.ThrowsAsync<BadMessageException>(async () => await caller.Fan.Get<ICellar>().GetAsync(1));
        Assert.Equal("authorization", error.Place);
        Assert.DoesNotContain(token, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BadMessageException>(async () => await caller.Fan.Get<ICellar>().CountAsync(1).ToListAsync());
        Assert.Equal((0, 0), (Cellar.Calls, Service.Rejected));
    }

    [Fact]
    public async Task Who_called_is_not_handed_on_to_the_next_process()
    {
        await StartAsync("fronts", fan => fan.AddService<IFront, Front>().AddCallerAuthenticator<TokenAuthenticator>());
        var orders = await StartAsync("buyer", fan => fan.UseCallerToken((_, _) => new("orders")));
        await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await orders.Fan.Get<IFront>().AskAsync(1));
        Assert.Equal(0, Cellar.Calls);
    }

    protected override void Configure(FanBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.AddCallerAuthenticator<TokenAuthenticator>()
            .Authorize<ICellar>(policy => policy.RequireCaller("orders", "boss"))
            .Authorize<ICellar>("echo", policy => policy.AllowAnyone())
            .Authorize<ICellar>("nothing", policy => policy.RequireRole("owner").Require(
                "care", static (request, _) => request.Caller?.Identity?.Name == "careless"
                    ? throw new InvalidOperationException("no answer from ldap://10.0.0.7")
                    : new(true)));
    }

    private async Task<ICellar> OrdersAsync() =>
        (await StartAsync("buyer", fan => fan.UseCallerToken((_, _) => new("orders:taster")))).Fan.Get<ICellar>();
}
