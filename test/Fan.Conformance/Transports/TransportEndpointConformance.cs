using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Conformance.Transports;

/// <summary>Endpoints that are registered, and are not what their registration says: the next one takes the call.</summary>
public abstract class TransportEndpointConformance : TransportConformance
{
    private const int Calls = 20;

    [Fact]
    public async Task Where_somebody_else_answers_the_next_endpoint_takes_the_call()
    {
        await StartAsync("fronts", fan => fan.AddService<IFront, Front>());
        await Caller.SeesAsync("cellar", 1);
        var cellar = Assert.Single(await EndpointsOfAsync("cellar"));
        var front = Assert.Single(await EndpointsOfAsync("front"));
        await RegisterAsync("/endpoints/cellar/1.2.0", front.Description with { Methods = cellar.Description.Methods });
        await Caller.SeesAsync("cellar", 2);
        for (var i = 0; i < Calls; i++)
        {
            Assert.Equal(i, (await Remote.GetAsync(i)).Id);
            Assert.Equal([1, 2], await Remote.CountAsync(2).ToListAsync());
        }
    }

    [Fact]
    public async Task Where_only_somebody_else_answers_the_service_is_unavailable()
    {
        await RegisterAsync("/endpoints/front/1.0.0", Assert.Single(await EndpointsOfAsync("cellar")).Description with
        {
            Methods = [new EndpointMethod { Name = "ask", Verb = "POST", Url = "/front/ask" }]
        });
        await Caller.SeesAsync("front", 1);
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await Caller.Fan.Get<IFront>().AskAsync(1));
        Assert.Contains("Application 'cellars' hosts no service 'front'", error.Message, StringComparison.Ordinal);
        Assert.Equal("front", error.Service);
        Assert.Equal(1, (await Remote.GetAsync(1)).Id);
    }

    [Fact]
    public async Task Of_endpoints_with_other_methods_those_are_called_that_have_it()
    {
        var cellar = Assert.Single(await EndpointsOfAsync("cellar"));
        await RegisterAsync(
            "/endpoints/cellar/1.2.0",
            cellar.Description with { Methods = [.. cellar.Description.Methods.Where(method => method.Name is not ("get" or "count"))] });
        await Caller.SeesAsync("cellar", 2);
        for (var i = 0; i < Calls; i++)
        {
            Assert.Equal(i, (await Remote.GetAsync(i)).Id);
            Assert.Equal([1, 2], await Remote.CountAsync(2).ToListAsync());
        }

        using var arguments = System.Text.Json.JsonDocument.Parse("{}");
        var error = await Assert.ThrowsAsync<NoSuchMethodException>(
            async () => await Caller.Fan.CallAsync("cellar.drink", arguments.RootElement));
        Assert.Equal("drink", error.Method);
        await Assert.ThrowsAsync<NoSuchMethodException>(
            async () => await Caller.Fan.StreamAsync("cellar.drink", arguments.RootElement).ToListAsync());
    }

    [Fact]
    public async Task Where_an_endpoint_says_that_it_lacks_the_method_the_next_one_takes_the_call()
    {
        // Its registration is of a later release than what answers there.
        await StartAsync("old", fan => fan.AddService<Strangers.ICellar>(_ => new OldCellar()));
        await Caller.SeesAsync("cellar", 2);
        var endpoints = await EndpointsOfAsync("cellar");
        var newer = endpoints.Single(endpoint => endpoint.Version == "1.2.0");
        var older = endpoints.Single(endpoint => endpoint.Version == "1.1.0");
        await RegisterAsync("/endpoints/cellar/1.2.0", older.Description with { Methods = newer.Description.Methods });
        await Caller.SeesAsync("cellar", 3);
        for (var i = 0; i < Calls; i++)
        {
            Assert.Equal(i, (await Remote.GetAsync(i)).Id);
            Assert.Equal([1, 2], await Remote.CountAsync(2).ToListAsync());
        }
    }

    private async Task<IReadOnlyList<Endpoint>> EndpointsOfAsync(string service) =>
        await Caller.Services.GetRequiredService<IEndpointDirectory>().FindAsync(service, TestContext.Current.CancellationToken);

    // In the form in which the application that is there registered itself.
    private async Task RegisterAsync(string version, EndpointDescription description)
    {
        var nodes = new List<StoreOperation>();
        var path = "";
        foreach (var part in version.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path += "/" + part;
            if (await Caller.Store.GetAsync(path, TestContext.Current.CancellationToken) is null)
            {
                nodes.Add(new StoreOperation.Create(path));
            }
        }

        nodes.Add(new StoreOperation.Create($"{version}/other_", description.ToJson(), NodeKind.PersistentSequential));
        await Caller.Store.CommitAsync(nodes, TestContext.Current.CancellationToken);
    }
}
