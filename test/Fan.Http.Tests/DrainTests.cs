using Fan.Conformance;
using Fan.Conformance.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Fan.Http.Tests;

/// <summary>What callers that ask for health instead of following the store see when an application stops.</summary>
public sealed class DrainTests : HttpTest
{
    [Fact]
    public async Task A_draining_application_is_not_ready_and_serves_until_others_had_time_to_hear_of_it()
    {
        var service = await StartAsync(
            "wines", fan => fan.AddService<IWines>(_ => new Wines()), options: options => options.DrainDelay = TimeSpan.FromHours(1));
        var address = await AddressAsync(service, "wines");
        var health = service.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);
        using var enough = new CancellationTokenSource();
        var stopping = service.StopAsync(enough.Token);

        await Eventually.TrueAsync(
            async () => (await service.Store.GetChildrenAsync("/endpoints/wines"))?.Count is null or 0, "it has left the store");
        var report = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("it is stopping", report.Entries["fan"].Description, StringComparison.Ordinal);
        Assert.Equal("HTTP/1.1 200 OK", (await RawClient.SendAsync(address, "GET /wines/7 HTTP/1.1")).Start);
        Assert.False(stopping.IsCompleted);

        await enough.CancelAsync();
        await stopping.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_endpoint_at_another_machine_s_loopback_address_is_not_called()
    {
        var service = await StartAsync("wines", fan => fan.AddService<IWines>(_ => new Wines()));
        var address = await AddressAsync(service, "wines");
        await RegisterAsync(
            "elsewhere",
            $$$"""{"transport": "http", "host": "127.0.0.1", "port": {{{address.Port}}}, "methods": [], "fan": """ +
            $$$"""{"network": "boot=0;net=net:[1];host=0"}}""");
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await service.Fan.CallAsync("elsewhere.get", Json("{}")));
        Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("AdvertisedHost", error.Message, StringComparison.Ordinal);
    }
}
