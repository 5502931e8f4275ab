using System.Text.Json;

namespace Fan.Conformance.Transports;

/// <summary>Errors arrive as a local call would throw them.</summary>
public abstract class TransportErrorConformance : TransportConformance
{
    [Theory]
    [MemberData(nameof(Failures.Kinds), MemberType = typeof(Failures))]
    public async Task Every_error_arrives_with_its_type_its_message_and_its_members(string kind)
    {
        var thrown = Failures.Create(kind);
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await Remote.FailAsync(kind));
        var expected = kind == "other"
            ? "RemoteFailureException: broken: other [System.InvalidOperationException]"
            : Failures.Describe(thrown);
        Assert.Equal(expected, Failures.Describe(error));
        Assert.Equal(3, Remote.Add(1, 2));
    }

    [Fact]
    public async Task An_implementation_that_cancels_itself_has_failed()
    {
        Cellar.Release.TrySetCanceled(CancellationToken.None);
        Assert.Equal(
            typeof(TaskCanceledException).FullName,
            (await Assert.ThrowsAsync<RemoteFailureException>(async () => await Remote.WaitAsync())).RemoteType);
        Assert.Equal(3, Remote.Add(1, 2));
    }

    [Fact]
    public async Task An_error_in_the_middle_of_a_sequence_comes_after_the_items_before_it()
    {
        var seen = new List<int>();
        var error = await Assert.ThrowsAsync<ServiceFaultException>(async () =>
        {
            await foreach (var i in Remote.CountAsync(5, failAt: 3)) seen.Add(i);
        });
        Assert.Equal(("enough", "failed at 3"), (error.Fault, error.Message));
        Assert.Equal([1, 2], seen);
        Assert.Equal(
            "enough",
            (await Assert.ThrowsAsync<ServiceFaultException>(async () => await Remote.CountAsync(5, failAt: 1).ToListAsync())).Fault);
        Assert.Equal([1, 2, 3], await Remote.CountAsync(3).ToListAsync());
    }

    [Theory]
    [InlineData("""{"id": "x"}""", "id", "Argument 'id' of 'get' is no valid Int32")]
    [InlineData("""{"id": null}""", "id", "must not be null")]
    [InlineData("""{"id": 1e99}""", "id", "is no valid Int32")]
    [InlineData("{}", "id", "Argument 'id' (Int32) of 'get' is missing")]
    [InlineData("""{"id": 1, "extra": 2}""", "extra", "'get' has no argument 'extra'; it takes id")]
    [InlineData("""{"id": 1, "Id": 2}""", "Id", "'get' has no argument 'Id'")]
    [InlineData("""{"id": 1, "id": 2}""", "id", "is given twice")]
    public async Task A_bad_argument_is_named(string json, string argument, string message) =>
        await RefusedAsync("get", json, argument, message);

    [Theory]
    [InlineData("""{"filter": {"name": 1, "colour": 0, "years": [], "favourites": {}}}""", "filter.name")]
    [InlineData("""{"filter": {"name": "n", "colour": 0, "years": [1, "x"], "favourites": {}}}""", "filter.years[1]")]
    [InlineData(
        """{"filter": {"name": "n", "colour": 0, "years": [], "favourites": {"best": {"id": 1, "name": "n", "price": "dear"}}}}""",
        "filter.favourites.best.price")]
    public async Task A_bad_place_inside_an_argument_is_named(string json, string argument) =>
        await RefusedAsync("reflect", json, argument, $"Argument '{argument}'");

    [Fact]
    public async Task A_sequence_with_a_bad_argument_fails_before_its_first_item()
    {
        using var arguments = JsonDocument.Parse("""{"to": "x"}""");
        var error = await Assert.ThrowsAsync<BadArgumentException>(
            async () => await Caller.Fan.StreamAsync("cellar.count", arguments.RootElement).ToListAsync());
        Assert.Equal("to", error.Argument);
    }

    [Fact]
    public async Task A_service_or_method_that_is_not_there_is_said_so()
    {
        Assert.Equal(
            "nobody",
            (await Assert.ThrowsAsync<NoSuchServiceException>(async () => await Caller.Fan.CallAsync("nobody.get", default))).Service);
        var method = await Assert.ThrowsAsync<NoSuchMethodException>(async () => await Caller.Fan.CallAsync("cellar.burn", default));
        Assert.Contains("restock", method.Available);
        var version = await Assert.ThrowsAsync<NoMatchingVersionException>(
            async () => await Caller.Fan.CallAsync("cellar.get", default, new CallOptions { Version = "^9" }));
        Assert.Equal(["1.2.0"], version.Available);
    }

    [Fact]
    public async Task A_method_called_in_the_wrong_shape_is_said_so()
    {
        await Assert.ThrowsAsync<BadMessageException>(
            async () => await Caller.Fan.CallAsync("cellar.count", JsonDocument.Parse("""{"to": 3}""").RootElement));
        await Assert.ThrowsAsync<BadMessageException>(
            async () => await Caller.Fan.StreamAsync("cellar.get", JsonDocument.Parse("""{"id": 3}""").RootElement).ToListAsync());
        Assert.Equal(3, Remote.Add(1, 2));
    }

    private async Task RefusedAsync(string method, string json, string argument, string message)
    {
        using var arguments = JsonDocument.Parse(json);
        var refused = Service.Rejected;
        var error = await Assert.ThrowsAsync<BadArgumentException>(
            async () => await Caller.Fan.CallAsync("cellar." + method, arguments.RootElement));
        Assert.Equal(argument, error.Argument);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(refused + 1, Service.Rejected);
        Assert.Equal(3, Remote.Add(1, 2));
    }
}
