using Fan.Queues;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Cli.Tests.Commands;

public sealed class PushAndQueueTests : IAsyncLifetime
{
    private static readonly QueueName Queue = new("cellar");

    private readonly Place _place = new();
    private readonly Broker _broker = new();

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await _place.DisposeAsync();
        _broker.Dispose();
    }

    [Fact]
    public async Task A_push_without_a_broker_goes_to_the_service_and_prints_the_id_of_its_message()
    {
        var cellar = new Cellar();
        await _place.StartCellarAsync(cellar);
        Assert.Matches("^[0-9a-f]{32}\n$", (await _place.RunAsync("push", "cellar.restock", "id=9")).Succeeded().Out);
        Assert.Equal(9, await cellar.Restocked.Task.WaitAsync(Fan.Conformance.Eventually.Deadline, TestContext.Current.CancellationToken));
        Assert.Equal(
            """{"id":"m-1"}""",
            (await _place.RunAsync("push", "cellar.restock", "id=9", "--id", "m-1", "--json")).Succeeded().Json.GetRawText());
    }

    [Theory]
    [InlineData(1, "is a call with a reply: call it instead", "push", "cellar.get", "id=1")]
    [InlineData(1, "'iid'", "push", "cellar.restock", "iid=1")]
    [InlineData(1, "No service 'cellr' is registered. Did you mean 'cellar'?", "push", "cellr.restock", "id=1")]
    [InlineData(2, "--delay must be a time from 1ms to 366d", "push", "cellar.restock", "id=1", "--delay", "soon")]
    [InlineData(2, "PushOptions.TimeToLive must be longer", "push", "cellar.restock", "id=1", "--delay", "2s", "--ttl", "1s")]
    [InlineData(2, "See 'fan push --help'", "push", "--keyy", "cellar.restock")]
    [InlineData(1, "No queue 'cellar/main' is registered", "queue", "dead", "cellar")]
    [InlineData(2, "must have 1 to 64 letters", "queue", "dead", "cellar/")]
    public async Task What_goes_wrong_is_one_line_that_says_what_to_do(int code, string text, params string[] args)
    {
        await _place.StartCellarAsync();
        (await _place.RunAsync(args)).Failed(code, text);
    }

    [Fact]
    public async Task Queues_are_listed_with_what_is_in_them_while_nobody_runs()
    {
        await FillAsync();
        var lines = (await RunAsync("queue", "ls")).Succeeded().Lines;
        Assert.Matches("^QUEUE +TRANSPORT +WAITING +SCHEDULED +IN FLIGHT +DEAD +CONSUMERS +OLDEST$", lines[0]);
        Assert.Matches("^cellar/main +broker +1 +1 +0 +2 +0 +", lines[1]);
        var json = (await RunAsync("queue", "ls", "--json")).Succeeded().Json[0];
        Assert.Equal(
            ("cellar/main", 1, 2),
            (json.GetProperty("queue").GetString(), json.GetProperty("waiting").GetInt32(), json.GetProperty("dead").GetInt32()));
        Assert.Contains("No queue matches 'x*'", (await RunAsync("queue", "ls", "x*")).Succeeded().Error, StringComparison.Ordinal);
        Assert.Contains(
            "can't open 'broker': it knows the kinds amqp, redis and database only",
            (await _place.RunAsync("queue", "ls")).Succeeded().Error,
            StringComparison.Ordinal);
        (await _place.RunAsync("queue", "peek", "cellar")).Failed(2, "is on 'broker', which this tool can't open");
    }

    [Fact]
    public async Task Messages_are_shown_without_being_taken()
    {
        await FillAsync();
        var peeked = (await RunAsync("queue", "peek", "cellar")).Succeeded().Lines;
        Assert.Equal(3, peeked.Length);
        Assert.Matches(@"^w-1 +restock +k +0 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +\{""id"":7\} +-$", peeked[1]);
        var dead = (await RunAsync("queue", "dead", "cellar")).Succeeded().Lines;
        Assert.Matches(@"^d-1 +restock +- +rejected +1 +\d{4}-.*Z +no \\u001b\[31mroom$", dead[1]);
        var json = (await RunAsync("queue", "dead", "cellar", "-n", "1", "--json")).Succeeded().Json;
        Assert.Equal((1, "rejected", 1), (
            json.GetArrayLength(),
            json[0].GetProperty("reason").GetString(),
            json[0].GetProperty("arguments").GetProperty("id").GetInt32()));
        Assert.Equal(2, (await StatusAsync()).Dead);
    }

    [Fact]
    public async Task Dead_letters_are_put_back_and_messages_deleted_only_on_clear_words()
    {
        await FillAsync();
        (await RunAsync("queue", "retry", "cellar")).Failed(2, "Name the messages to put back, or --all");
        Assert.Equal("1 put back.\n", (await RunAsync("queue", "retry", "cellar", "d-1")).Succeeded().Out);
        Assert.Equal(1, (await RunAsync("queue", "retry", "cellar", "d-1")).Code);
        Assert.Equal("""{"count":1}""", (await RunAsync("queue", "retry", "cellar", "--all", "--json")).Succeeded().Json.GetRawText());
        Assert.Equal((3, 0), ((int)(await StatusAsync()).Waiting!, (int)(await StatusAsync()).Dead!));
        (await RunAsync("queue", "purge", "cellar")).Failed(2, "--dead, --waiting or both");
        (await RunAsync("queue", "purge", "cellar", "--waiting")).Failed(2, "say --yes");
        Assert.Equal(3, (await StatusAsync()).Waiting);
        Assert.Equal("4 deleted.\n", (await RunAsync("queue", "purge", "cellar/main", "--waiting", "--dead", "--yes")).Succeeded().Out);
        Assert.Equal(0, (await StatusAsync()).Waiting);
    }

    // A queue of a service that has gone: two dead, one that waits, one for later.
    private async Task FillAsync()
    {
        var host = await _place.StartAsync("cellars", fan =>
        {
            fan.Services.AddSingleton<IQueueTransport>(_broker);
            fan.AddService<ICellar>(_ => new Full());
        });
        await Fan.Conformance.Eventually.TrueAsync(
            async () => (await RunAsync("queue", "ls")).Out.Contains("cellar/main", StringComparison.Ordinal), "the queue is registered");
        foreach (var id in new[] { "d-1", "d-2" }) (await RunAsync("push", "cellar.restock", "id=1", "--id", id)).Succeeded();
        await Fan.Conformance.Eventually.TrueAsync(async () => (await StatusAsync()).Dead == 2, "both are dead");
        await host.StopAsync(TestContext.Current.CancellationToken);
        (await RunAsync("push", "cellar.restock", "id=7", "--id", "w-1", "--key", "k")).Succeeded();
        (await RunAsync("push", "cellar.restock", "id=8", "--id", "w-2", "--delay", "2h")).Succeeded();
    }

    private Task<ToolResult> RunAsync(params string[] args) => _place.RunAsync(new ToolRun { Queues = [_broker] }, args);

    private async Task<QueueStatus> StatusAsync() =>
        (await _broker.Administration.GetStatusAsync(Queue, TestContext.Current.CancellationToken))!;

    private sealed class Full : CellarSubscriber
    {
        public override ValueTask RestockAsync(int id, CancellationToken ct) => throw new PushRejectedException("no \u001b[31mroom");
    }
}
