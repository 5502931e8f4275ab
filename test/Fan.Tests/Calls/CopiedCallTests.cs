using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Fan.Calls;
using Fan.Coordination;
using Fan.Generated;
using Fan.Tests.Applications;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fan.Tests.Calls;

/// <summary>With <c>CopyLocalCalls</c> a service in the same process is called as one in another.</summary>
public sealed class CopiedCallTests
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Baskets _baskets = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_service_changes_in_an_argument_stays_unchanged_at_the_caller()
    {
        await using var host = await StartAsync();
        var basket = new Basket { Items = ["bread"] };
        Assert.Equal(["bread", "wine"], (await Client(host).AddAsync(basket, "wine", Token)).Items);
        Assert.Equal(["bread", "salt"], Client(host).Put(basket, "salt").Items);
        Assert.Equal(["bread", "salt"], (await Client(host).AddAnyAsync((basket, "salt"), Token)).Items);
        Assert.Equal(["bread"], basket.Items);
    }

    [Fact]
    public async Task What_the_caller_changes_in_a_result_stays_unchanged_at_the_service()
    {
        await using var host = await StartAsync();
        (await Client(host).LastAsync(Token)).Items.Add("stolen");
        Assert.Empty(_baskets.Last.Items);
    }

    [Fact]
    public async Task Items_of_a_sequence_are_copies_and_so_are_its_arguments()
    {
        await using var host = await StartAsync();
        var basket = new Basket { Items = ["bread"] };
        var items = await Client(host).RepeatAsync(basket, 3, ct: Token).ToListAsync(Token);
        Assert.Equal(["bread", "bread 0", "bread 0 1"], items.Select(item => string.Join(' ', item.Items)));
        Assert.Equal(["bread"], basket.Items);
    }

    [Fact]
    public async Task What_the_service_throws_arrives_as_from_another_process()
    {
        await using var host = await StartAsync();
        var error = await Assert.ThrowsAsync<RemoteFailureException>(async () => await Client(host).FailAsync("at once", Token));
        Assert.Equal((typeof(InvalidOperationException).FullName, "broken: at once"), (error.RemoteType, error.Message));
        Assert.Null(error.InnerException);
        Assert.Equal(
            "broken: later",
            (await Assert.ThrowsAsync<RemoteFailureException>(async () => await Client(host).FailAsync("later", Token))).Message);
        Assert.Equal(
            "out_of_stock",
            (await Assert.ThrowsAsync<ServiceFaultException>(async () => await Client(host).FailAsync("fault", Token))).Fault);
        Assert.Equal(
            typeof(Speechless).FullName,
            (await Assert.ThrowsAsync<RemoteFailureException>(async () => await Client(host).FailAsync("speechless", Token))).RemoteType);
        Assert.Equal("broken: put", Assert.Throws<RemoteFailureException>(() => Client(host).Put(new Basket(), "broken")).Message);
        var items = Client(host).RepeatAsync(new Basket(), 3, failAt: 1, ct: Token).GetAsyncEnumerator(Token);
        Assert.True(await items.MoveNextAsync());
        Assert.Equal("broken: item", (await Assert.ThrowsAsync<RemoteFailureException>(async () => await items.MoveNextAsync())).Message);
    }

    [Fact]
    public async Task A_cancellation_is_one_only_where_the_caller_cancelled()
    {
        await using var host = await StartAsync();
        Assert.Equal(
            typeof(TaskCanceledException).FullName,
            (await Assert.ThrowsAsync<RemoteFailureException>(async () => await Client(host).FailAsync("own limit", Token))).RemoteType);
        using var leaving = new CancellationTokenSource();
        var waiting = Client(host).FailAsync("never", leaving.Token).AsTask();
        await leaving.CancelAsync();
        Assert.Equal(leaving.Token, (await Assert.ThrowsAsync<OperationCanceledException>(() => waiting)).CancellationToken);
    }

    [Fact]
    public async Task Arguments_are_checked_as_a_server_does()
    {
        await using var host = await StartAsync();
        Assert.Equal(
            "item",
            (await Assert.ThrowsAsync<BadArgumentException>(async () => await Client(host).AddAsync(new Basket(), null!, Token))).Argument);
        Assert.Equal("basket", Assert.Throws<BadArgumentException>(() => Client(host).Put(null!, "x")).Argument);
        Assert.Equal("basket", (await Assert.ThrowsAsync<BadArgumentException>(
            async () => await Client(host).RepeatAsync(null!, 1, ct: Token).ToListAsync(Token))).Argument);
        Assert.Equal("MaxPayloadBytes", (await Assert.ThrowsAsync<LimitExceededException>(
            async () => await Client(host).AddAsync(new Basket(), new string('x', 2000), Token))).Limit);
    }

    [Fact]
    public async Task A_push_that_nobody_could_handle_is_refused_at_once()
    {
        await using var host = await StartAsync();
        Assert.Equal(
            "item", (await Assert.ThrowsAsync<BadArgumentException>(async () => await Client(host).NoteAsync(null!, Token))).Argument);
        await Client(host).NoteAsync("wine", Token);
        await Eventually.TrueAsync(() => _baskets.Noted.Contains("wine"), "it was handled");
    }

    [Fact]
    public async Task A_sequence_that_is_left_ends_in_the_service_and_its_failure_then_concerns_nobody()
    {
        await using var host = await StartAsync();
        await foreach (var _ in Client(host).RepeatAsync(new Basket(), 3, failAt: -2, ct: Token)) break;
        Assert.True(_baskets.Left.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Calls_with_shard_keys_and_scoped_services_are_copied_too()
    {
        await using var host = await TestHost.StartAsync(
            _tree, _network, "one", fan => fan.AddService<ITill, Till>().AddScopedService<IBaskets, Baskets>().Configure(Copy));
        Assert.Equal("till of shop 42", await host.Fan.Get<ITill>(42).NameAsync());
        var basket = new Basket();
        await Client(host).AddAsync(basket, "wine", Token);
        Assert.Empty(basket.Items);
    }

    [Fact]
    public async Task A_call_by_name_fails_alike()
    {
        await using var host = await StartAsync();
        using var arguments = JsonDocument.Parse("""{"how": "later"}""");
        Assert.Equal("broken: later", (await Assert.ThrowsAsync<RemoteFailureException>(
            async () => await host.Fan.CallAsync("baskets.fail", arguments.RootElement, cancellationToken: Token))).Message);
        using var failing = JsonDocument.Parse("""{"basket": {}, "count": 1, "fail_at": 0}""");
        Assert.Equal(
            "broken: item",
            (await Assert.ThrowsAsync<RemoteFailureException>(async () => await host.Fan.StreamAsync(
                "baskets.repeat", failing.RootElement, cancellationToken: Token).ToListAsync(Token))).Message);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task The_configuration_can_say_it(string setting, bool copies)
    {
        await using var host = await StartAsync(setting);
        var basket = new Basket();
        await Client(host).AddAsync(basket, "wine", Token);
        Assert.Equal(copies ? 0 : 1, basket.Items.Count);
    }

    [Fact]
    public async Task A_setting_that_is_neither_true_nor_false_fails_the_start() =>
        Assert.Contains(
            "Fan:CopyLocalCalls",
            (await Assert.ThrowsAnyAsync<OptionsValidationException>(() => StartAsync("perhaps"))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(typeof(CopiedMethod<,>))]
    [InlineData(typeof(CopiedStream<,>))]
    public void What_stands_for_a_method_is_it_in_everything(Type copied)
    {
        ArgumentNullException.ThrowIfNull(copied);
        const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
        var left = copied.GetMethods(Own).Where(method => method is { IsVirtual: true, IsFinal: false }
            && method.DeclaringType != typeof(object)
            && method.DeclaringType != copied);
        Assert.Empty(left.Select(method => method.Name));
    }

    private static void Copy(FanOptions options) => options.CopyLocalCalls = true;

    private static IBaskets Client(TestHost host) => host.Fan.Get<IBaskets>();

    private Task<TestHost> StartAsync(string? setting = null) => TestHost.StartAsync(_tree, _network, "one", fan =>
    {
        fan.AddService<IBaskets>(_ => _baskets).Configure(options =>
        {
            if (setting is null) options.CopyLocalCalls = true;
            options.Limits.MaxPayloadBytes = 1024;
        });
        if (setting is not null)
        {
            fan.Services.AddSingleton<IConfiguration>(
                new ConfigurationBuilder().AddInMemoryCollection([new("Fan:CopyLocalCalls", setting)]).Build());
        }
    });
}

public sealed class Basket
{
    public List<string> Items { get; set; } = [];
}

[Service("baskets")]
public interface IBaskets
{
    ValueTask<Basket> AddAsync(Basket basket, string item, CancellationToken ct = default);

    Basket Put(Basket basket, string item);

    /// <summary>As JSON, because of the tuple.</summary>
    ValueTask<Basket> AddAnyAsync((Basket Basket, string Item) what, CancellationToken ct = default);

    ValueTask<Basket> LastAsync(CancellationToken ct = default);

    IAsyncEnumerable<Basket> RepeatAsync(Basket basket, int count, int failAt = -1, CancellationToken ct = default);

    ValueTask FailAsync(string how, CancellationToken ct = default);

    [Push]
    ValueTask NoteAsync(string item, CancellationToken ct = default);
}

internal sealed class Baskets : IBaskets
{
    public Basket Last { get; } = new();

    public TaskCompletionSource Left { get; } = new();

    public ConcurrentQueue<string> Noted { get; } = new();

    public ValueTask<Basket> AddAsync(Basket basket, string item, CancellationToken ct = default) => new(Put(basket, item));

    public Basket Put(Basket basket, string item)
    {
        if (item == "broken") throw new InvalidOperationException("broken: put");
        basket.Items.Add(item);
        return basket;
    }

    public ValueTask<Basket> AddAnyAsync((Basket Basket, string Item) what, CancellationToken ct = default) =>
        AddAsync(what.Basket, what.Item, ct);

    public ValueTask<Basket> LastAsync(CancellationToken ct = default) => new(Last);

    public async IAsyncEnumerable<Basket> RepeatAsync(
        Basket basket, int count, int failAt = -1, [EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            for (var i = 0; i < count; i++)
            {
                await Task.Yield();
                if (i == failAt) throw new InvalidOperationException("broken: item");
                yield return basket;
                basket.Items.Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }
        finally
        {
            Left.TrySetResult();
            EndAs(failAt);
        }
    }

    public ValueTask NoteAsync(string item, CancellationToken ct = default)
    {
        Noted.Enqueue(item);
        return default;
    }

    public async ValueTask FailAsync(string how, CancellationToken ct = default)
    {
        if (how == "fault") throw new ServiceFaultException("out_of_stock", "none left");
        if (how == "speechless") throw new Speechless();
        if (how == "own limit") await Task.Delay(Timeout.Infinite, new CancellationToken(canceled: true));
        if (how == "never") await Task.Delay(Timeout.Infinite, ct);
        if (how == "later") await Task.Yield();
        throw new InvalidOperationException("broken: " + how);
    }

    private static void EndAs(int failAt)
    {
        if (failAt == -2) throw new InvalidOperationException("broken: end");
    }
}

/// <summary>An error that can't even say what it is.</summary>
internal sealed class Speechless : Exception
{
    public override string Message => throw new InvalidOperationException("no words");
}
