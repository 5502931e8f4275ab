using System.Text;
using Fan.Brokers;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Discovery;
using Fan.Redis.Messages;
using Fan.Redis.Tests.Servers;
using StackExchange.Redis;

namespace Fan.Redis.Tests.Calls;

/// <summary>Messages of calls that can't be answered, or do not come.</summary>
public sealed class SequenceLossTests(RedisServers servers) : RedisTest
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_probe_that_can_not_be_answered_keeps_no_item_from_coming_once()
    {
        var server = await servers.StartAsync("unanswered");
        await using var ending = server;
        await using var connection = await server.ConnectAsync();
        var keys = connection.GetDatabase();
        await ServeAsync(server.Uri);
        var caller = await StartAsync("caller", server.Uri);
        var cellar = caller.Fan.Get<ICellar>();
        await cellar.EchoAsync("x", Token);
        var replies = await connection.GetServers()[0].KeysAsync(pattern: "fan:rpc:*:replies").FirstAsync(Token);
        // Where the answer would go is no stream.
        var nobody = RedisTopology.NewId();
        await keys.StringSetAsync(new RedisTopology("fan").Control(nobody), "no stream");
        var items = new List<int>();
        await foreach (var item in cellar.CountAsync(2000, ct: Token))
        {
            items.Add(item);
            if (item % 50 == 0)
            {
                await keys.StreamAddAsync(replies, [new(MessageTypes.Probe, CallNumbers.Write([987654])), new(RedisFields.From, nobody)]);
            }
        }

        Assert.Equal(Enumerable.Range(1, 2000), items);
        Assert.Equal("y", await cellar.EchoAsync("y", Token).WaitAsync(Eventually.Deadline, Token));
    }

    [Theory]
    [InlineData(MessageTypes.Item, 2)]
    [InlineData(MessageTypes.End, 1)]
    public async Task A_sequence_that_misses_an_item_ends_with_an_error(string type, int place)
    {
        var server = await servers.SharedAsync();
        await using var connection = await server.ConnectAsync();
        var keys = connection.GetDatabase();
        var template = await EndpointAsync(await ServeAsync(server.Uri));
        var id = RedisTopology.NewId();
        var inbox = template.Properties["inbox"];
        var requests = new RedisTopology("fan").Requests(id);
        await keys.StreamAddAsync(requests, "fan.mark", "");
        var caller = await TransportApplication.StartAsync(
            new Coordination.MemoryTree(),
            "caller",
            fan =>
            {
                fan.AddRedis(redis => redis.Uri = server.Uri);
                fan.Announce("cellar", "1.2.0", EndpointDescription.Parse(
                    Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(template.ToJson()).Replace(inbox, id, StringComparison.Ordinal))));
            });
        await using var stopping = caller;
        var reading = caller.Fan.Get<ICellar>().CountAsync(5, ct: Token).ToListAsync(Token).AsTask();
        StreamEntry request = default;
        await Eventually.TrueAsync(
            async () => (request = (await keys.StreamRangeAsync(requests)).LastOrDefault())[RedisFields.From].HasValue,
            "the request came");
        var from = ((string)request[RedisFields.From]!).Split(' ');
        await keys.StreamAddAsync(
            new RedisTopology("fan").Replies(from[0]),
            [new(type, Array.Empty<byte>()), new(RedisFields.Number, from[1]), new(RedisFields.Place, place)]);
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(() => reading.WaitAsync(Eventually.Deadline, Token));
        Assert.Contains("items of it were lost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sequence_over_a_server_that_refuses_for_a_while_has_all_its_items_or_ends_with_an_error()
    {
        var server = await servers.StartAsync("refusing", "--maxmemory-policy", "noeviction");
        await using var ending = server;
        await using var connection = await server.ConnectAsync();
        var admin = connection.GetServers()[0];
        await ServeAsync(server.Uri);
        var caller = await StartAsync("caller", server.Uri);
        var count = 0;
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(
            async () =>
            {
                await foreach (var item in caller.Fan.Get<ICellar>().BlocksAsync(3000, 1000, Token))
                {
                    if (++count != 300) continue;
                    await admin.ConfigSetAsync("maxmemory", "1mb");
                    full.SetResult();
                }
            },
            Token).WaitAsync(Eventually.Deadline, Token);
        await full.Task.WaitAsync(Eventually.Deadline, Token);
        // An item or the credit for more, whatever comes first.
        await Eventually.TrueAsync(
            async () => (await admin.InfoRawAsync("errorstats"))!.Contains("errorstat_OOM", StringComparison.Ordinal),
            "something was refused");
        await admin.ConfigSetAsync("maxmemory", "0");
        var error = await Record.ExceptionAsync(() => reading);
        if (error is null) Assert.Equal(3000, count);
        else Assert.IsAssignableFrom<FanException>(error);
    }
}
