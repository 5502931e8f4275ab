using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Database.Calls;
using Fan.Database.Engines;
using Fan.Database.Queues;
using Fan.Database.Tests.Servers;
using Fan.Messaging;
using Fan.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Fan.Database.Tests.Faults;

/// <summary>What PostgreSQL has done, and nobody was told of; and exceptions of any kind where nobody expects them.</summary>
public sealed class LostAnswerTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sequence_whose_frames_come_in_answers_that_are_lost_misses_no_item(bool isAway)
    {
        var place = await (await servers.SharedAsync()).CreateDatabaseAsync();
        var tree = new MemoryTree();
        var cellar = new Cellar();
        var answers = 0;
        await using var service = await StartAsync("cellars", tree, place, fan => fan.AddService<ICellar>(_ => cellar));
        await using var caller = await StartAsync(
            "caller", tree, place, fan => fan.Services.Replace(ServiceDescriptor.Singleton<IDatabase>(_ =>
                new LossyDatabase(
                    Open(place),
                    script => script.Statements.Any(statement => statement.Sql == CallStatements.Receive) && ++answers % 3 == 1
                        ? Error(isAway)
                        : null))));
        await caller.SeesAsync("cellar", 1);
        var items = await caller.Fan.Get<ICellar>().CountAsync(300, ct: Token)
            .ToListAsync(Token).AsTask().WaitAsync(Eventually.Deadline, Token);
        Assert.Equal(Enumerable.Range(1, 300), items);
        Assert.True(answers > 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_that_were_taken_in_answers_that_are_lost_are_handled_by_the_same_consumer_in_order(bool isAway)
    {
        var inner = Open(await (await servers.SharedAsync()).CreateDatabaseAsync());
        var turns = 0;
        await using var database = new LossyDatabase(
            inner,
            script => script.Statements.Any(statement => statement.Sql == QueueStatements.Take) && ++turns % 2 == 1 ? Error(isAway) : null);
        await using var transport = new DatabaseQueueTransport(database, Options.Create(new FanDatabaseOptions()), TimeProvider.System);
        var policy = new QueuePolicy { LeaseTime = TimeSpan.FromMinutes(10) };
        var queue = new QueueName("cellar");
        await transport.DeclareAsync(queue, policy, Token);
        var texts = Enumerable.Range(0, 12).Select(i => "m" + i).ToList();
        foreach (var text in texts)
        {
            await transport.SendAsync(
                new QueueMessage
                {
                    Id = text,
                    Service = "cellar",
                    Method = "take",
                    Headers = new MessageHeaders(),
                    ContentType = "application/json",
                    Payload = System.Text.Encoding.UTF8.GetBytes($"\"{text}\""),
                    Key = "k"
                }, Token);
        }

        var received = new Received();
        await using var consumer = await transport.ConsumeAsync(
            new QueueSubscription { Queue = queue, Policy = policy, Consumer = "tests", Concurrency = 1, Prefetch = 4 },
            received.HandleAsync,
            Token);
        await received.AreAsync(texts.Count);
        Assert.Equal(texts.Select(text => (text, 1)), received.Attempts);
        Assert.True(turns > 2);
    }

    private static Exception Error(bool isAway) =>
        isAway ? new ServiceUnavailableException("cellar", "The answer was lost.") : new InvalidDataException("planted");

    private static IDatabase Open(string place) => DatabaseFactory.Create(new FanDatabaseOptions { Postgres = place }, TimeProvider.System);

    private static Task<TransportApplication> StartAsync(string name, MemoryTree tree, string place, Action<FanBuilder> configure) =>
        TransportApplication.StartAsync(
            tree,
            name,
            fan =>
            {
                fan.AddDatabase(options => (options.Postgres, options.ServeCalls) = (place, true));
                configure(fan);
            });
}
