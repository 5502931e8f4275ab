using Fan.Messaging;

namespace Fan.Http.Tests;

/// <summary>The headers of replies are bounded as those of requests are.</summary>
public sealed class ReplyHeaderTests : HttpTest
{
    [Theory]
    [InlineData(14, 10, null)]
    [InlineData(30, 10, nameof(FanLimits.MaxHeaders))]
    [InlineData(1, 3000, nameof(FanLimits.MaxHeaderBytes))]
    [InlineData(10, 400, nameof(FanLimits.MaxHeaderBytes))]
    public async Task More_than_the_limit_is_refused_at_the_caller(int count, int length, string? limit)
    {
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"x-{i}: {new string('y', length)}\r\n"));
        var server = StartRaw(RawServer.Reply("200 OK", "5", "Content-Type: application/json\r\n" + headers));
        await RegisterAsync("ours", ProblemTests.FanEndpoint(server.Port));
        await RegisterAsync(
            "foreign",
            $$"""{"transport": "http", "host": "127.0.0.1", "port": {{server.Port}}, "methods": [{"name": "get", "url": "/x"}]}""");
        var caller = await StartAsync(
            "caller", options: options => (options.Limits.MaxHeaders, options.Limits.MaxHeaderBytes) = (20, 2000));
        foreach (var method in (string[])["ours.get", "foreign.get"])
        {
            if (limit is null)
            {
                Assert.Equal(5, await caller.Fan.CallAsync<int>(method, default));
            }
            else
            {
                Assert.Equal(
                    limit,
                    (await Assert.ThrowsAsync<LimitExceededException>(async () => await caller.Fan.CallAsync<int>(method, default))).Limit);
            }
        }
    }
}
