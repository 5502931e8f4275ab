using System.Collections.Concurrent;
using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>
/// A server ends an HTTP/2 connection with many calls on it: each of them fares as it would have alone, and calls on other connections
/// notice nothing.
/// </summary>
public sealed class Http2EndTests : HttpTest
{
    private const int Calls = 40;
    private const int Begun = 10;
    private const string First = """{"id":-1}""";

    private const int NoError = 0;
    private const int InternalError = 2;
    private const int RefusedStream = 7;
    private const int Cancel = 8;
    private const int EnhanceYourCalm = 11;

    /// <summary>The requests of the first connection, held until all have come.</summary>
    private readonly ConcurrentQueue<Http2Request> _held = new();

    [Theory]
    [InlineData(NoError)]
    [InlineData(EnhanceYourCalm)]
    public async Task Calls_that_were_not_begun_are_sent_again_and_those_begun_are_finished(int code)
    {
        var server = Start(connection =>
        {
            connection.GoAway(LastBegun, code);
            foreach (var request in _held.Where(held => held.Stream <= LastBegun)) connection.Reply(request.Stream, request.Text);
        });
        var results = await CallAsync("get", server);
        Assert.All(results, result => Assert.Null(result));
        Assert.Equal(1 + Calls + Calls - Begun, server.Bodies.Count);
    }

    [Theory]
    [InlineData("get", NoError)]
    [InlineData("get", EnhanceYourCalm)]
    [InlineData("again", NoError)]
    [InlineData("again", EnhanceYourCalm)]
    public async Task Calls_that_were_begun_and_broke_off_are_repeated_only_where_that_is_harmless(string method, int code)
    {
        var server = Start(connection =>
        {
            connection.GoAway(LastBegun, code);
            connection.Close();
        });
        var results = await CallAsync(method, server);
        Assert.Equal(method == "get" ? Begun : 0, results.Count(result => result is ServiceUnavailableException));
        Assert.Equal(method == "get" ? Calls - Begun : Calls, results.Count(result => result is null));
        Assert.Equal(method == "get" ? Begun : 0, server.Bodies.CountBy(body => body).Count(sent => sent.Key != First && sent.Value == 1));
    }

    [Theory]
    [InlineData("get", false)]
    [InlineData("get", true)]
    [InlineData("again", false)]
    [InlineData("again", true)]
    public async Task A_connection_that_ends_without_a_word_may_have_begun_all_of_its_calls(string method, bool abort)
    {
        var server = Start(connection =>
        {
            if (abort) connection.Abort();
            else connection.Close();
        });
        var results = await CallAsync(method, server);
        if (method == "again")
        {
            Assert.All(results, result => Assert.Null(result));
            return;
        }

        Assert.All(results, result => Assert.Equal(typeof(ServiceUnavailableException), result?.GetType()));
        Assert.Equal(1 + Calls, server.Bodies.Count);
    }

    [Theory]
    [InlineData("get", false)]
    [InlineData("get", true)]
    [InlineData("again", false)]
    [InlineData("again", true)]
    public async Task A_reply_that_breaks_off_with_its_connection_is_no_nonsense(string method, bool goAway)
    {
        var server = Start(connection =>
        {
            foreach (var request in _held)
            {
                connection.BeginReply(request.Stream);
                connection.WritePart(request.Stream, request.Text[..3]);
            }

            if (goAway) connection.GoAway(int.MaxValue, EnhanceYourCalm);
            connection.Close();
        });
        var results = await CallAsync(method, server);
        Assert.All(results, result => Assert.Equal(method == "get" ? typeof(ServiceUnavailableException) : null, result?.GetType()));
    }

    [Theory]
    [InlineData(NoError)]
    [InlineData(EnhanceYourCalm)]
    [InlineData(RefusedStream)]
    public async Task A_server_that_begins_nothing_on_any_connection_is_passed_over(int code) =>
        await GoesElsewhereAsync(Keep(new Http2Server(request => request.Connection.GoAway(0, code))));

    [Fact]
    public async Task A_server_that_refuses_each_stream_is_passed_over()
    {
        var bad = Keep(new Http2Server(request => request.Connection.Refuse(request.Stream, RefusedStream)));
        await GoesElsewhereAsync(bad);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("again")]
    public async Task A_connection_that_ends_leaves_the_calls_on_others_alone(string method)
    {
        var ending = Start(connection => connection.Abort());
        var other = new ConcurrentQueue<Http2Request>();
        var quiet = Keep(new Http2Server(other.Enqueue));
        await RegisterAsync("quiet", Endpoint(quiet));
        var caller = await StartAsync("caller");
        var innocent = Enumerable.Range(0, Begun)
            .Select(i => caller.Fan.CallAsync("quiet." + method, Json($$"""{"id":{{i}}}""")).AsTask()).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(other.Count == Begun), "the innocent calls have come");
        await CallAsync(method, ending, caller);
        foreach (var request in other) request.Connection.Reply(request.Stream, request.Text);
        await Task.WhenAll(innocent);
        Assert.Equal(Begun, quiet.Bodies.Count);
    }

    [Theory]
    [InlineData("get", InternalError)]
    [InlineData("get", Cancel)]
    [InlineData("get", EnhanceYourCalm)]
    [InlineData("again", InternalError)]
    [InlineData("again", Cancel)]
    [InlineData("again", EnhanceYourCalm)]
    public async Task A_stream_that_is_reset_breaks_off_alone(string method, int code)
    {
        var server = Start(connection =>
        {
            connection.Refuse(_held.First().Stream, code);
            foreach (var request in _held.Skip(1)) connection.Reply(request.Stream, request.Text);
        });
        var results = await CallAsync(method, server);
        Assert.Equal(method == "get" ? 1 : 0, results.Count(result => result is ServiceUnavailableException));
        Assert.Equal(method == "get" ? Calls - 1 : Calls, results.Count(result => result is null));
    }

    // The same number of calls without a reply on the first connection, which is ended when all have come; others are served.
    private Http2Server Start(Action<Http2Connection> end) => Keep(new Http2Server(request =>
    {
        if (request.Connection.Number > 1 || request.Text == First || _held.Count == Calls)
        {
            request.Connection.Reply(request.Stream, request.Text);
            return;
        }

        _held.Enqueue(request);
        if (_held.Count == Calls) end(request.Connection);
    }));

    private async Task<Exception?[]> CallAsync(string method, Http2Server server, TransportApplication? caller = null)
    {
        await RegisterAsync("peer", Endpoint(server));
        caller ??= await StartAsync("caller");
        // Once the first connection is there, all calls are put on it.
        await Record.ExceptionAsync(async () => await caller.Fan.CallAsync("peer.get", Json(First)));
        return await Task.WhenAll(Enumerable.Range(0, Calls).Select(async i =>
        {
            var sent = $$"""{"id":{{i}}}""";
            return await Record.ExceptionAsync(
                async () => Assert.Equal(sent, (await caller.Fan.CallAsync("peer." + method, Json(sent))).GetRawText()));
        }));
    }

    private async Task GoesElsewhereAsync(Http2Server bad)
    {
        var good = Keep(new Http2Server(request => request.Connection.Reply(request.Stream, request.Text)));
        await RegisterAsync("peer", Endpoint(good));
        var results = await CallAsync("get", bad);
        Assert.All(results, result => Assert.Null(result));
        Assert.Equal(1 + Calls, good.Bodies.Count);
        Assert.NotEmpty(bad.Bodies);
    }

    private int LastBegun => _held.Select(held => held.Stream).Order().ElementAt(Begun - 1);

    private static string Endpoint(Http2Server server) => ProblemTests.FanEndpoint(server.Port, ", \"http_versions\": \"1.1,2\"");
}
