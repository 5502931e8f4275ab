namespace Fan.Conformance.Transports;

/// <summary>
/// As <see cref="TransportFreezeConformance"/>, with connections that end: for transports whose connections lead to the service itself and
/// not to a broker.
/// </summary>
public abstract class TransportCutConformance : TransportFreezeConformance
{
    [Fact]
    public async Task Calls_whose_connection_ends_are_made_on_another_to_the_only_endpoint_where_that_does_no_harm()
    {
        var (link, caller) = await LinkAsync();
        var cellar = caller.Fan.Get<ICellar>();
        Assert.Equal("x", await cellar.EchoAsync("x"));
        link.Freeze();
        var harmless = Enumerable.Range(0, 20).Select(i => cellar.EchoAsync($"{i}")).ToList();
        var other = cellar.TextOfAsync(1).AsTask();
        await Eventually.TrueAsync(() => Task.FromResult(link.Holds), "some of them were sent");
        link.Cut();
        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => $"{i}"),
            await Task.WhenAll(harmless).WaitAsync(Promised, TestContext.Current.CancellationToken));
        // It may not have been sent before.
        if (await Record.ExceptionAsync(() => other) is { } error) Assert.IsType<ServiceUnavailableException>(error);
    }
}
