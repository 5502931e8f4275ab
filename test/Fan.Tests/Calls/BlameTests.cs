using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Security;
using Fan.Tests.Applications;
using Fan.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Tests.Calls;

/// <summary>
/// Whatever a transport, a token's giver or a service of the same process throws: callers see errors of Fan's, or their own cancellation.
/// </summary>
public sealed class BlameTests : IAsyncLifetime
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private TestHost _service = null!;

    public static TheoryData<string> Raw => ["json", "format", "not supported", "disposed", "cancelled", "hostile"];

    public async ValueTask InitializeAsync() =>
        _service = await TestHost.StartAsync(
            _tree, _network, "cellars", fan => fan.AddService<ICellar>(_ => new Cellar()).AddService<ILate, Late>());

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [MemberData(nameof(Raw))]
    public async Task What_a_transport_throws_is_a_broken_call_that_names_the_endpoint(string kind)
    {
        var transport = new FaultyClient(Create(kind));
        using var host = await StartAsync(transport);
        var fan = host.Services.GetRequiredService<IFan>();
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await fan.Get<ICellar>().WhoAsync());
        Assert.Equal("cellar", error.Service);
        Assert.Contains("at cellar", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, transport.Calls);
        Assert.Equal("cellar", (await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await fan.Get<ICellar>().CountAsync(2).ToListAsync())).Service);
        Assert.Equal("cellar", (await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await fan.StreamAsync("cellar.count", default).ToListAsync())).Service);
    }

    [Fact]
    public async Task What_a_transport_throws_between_items_ends_the_sequence_with_an_error_of_Fan_s()
    {
        using var host = await StartAsync(new FaultyClient(Create("json")) { Items = 2 });
        var seen = 0;
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () =>
        {
            await foreach (var _ in host.Services.GetRequiredService<IFan>().Get<ICellar>().CountAsync(2)) seen++;
        });
        Assert.Equal(2, seen);
    }

    [Fact]
    public async Task An_endpoint_that_is_out_of_reach_after_items_is_an_error_of_Fan_s()
    {
        using var host = await StartAsync(new FaultyClient(call => new EndpointUnreachableException(call.Endpoint, "gone")) { Items = 1 });
        await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await host.Services.GetRequiredService<IFan>().Get<ICellar>().CountAsync(2).ToListAsync());
    }

    [Fact]
    public async Task An_idempotent_call_is_repeated_after_it()
    {
        var transport = new FaultyClient(Create("disposed"));
        using var host = await StartAsync(transport);
        await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await host.Services.GetRequiredService<IFan>().Get<ICellar>().GetAsync(1));
        Assert.InRange(transport.Calls, 1, 3);
        Assert.Single(await FindAsync(host));
    }

    [Fact]
    public async Task What_a_transport_throws_when_its_caller_has_cancelled_is_the_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        using var host = await StartAsync(new FaultyClient(_ =>
        {
            cancel.Cancel();
            return new ObjectDisposedException("socket");
        }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await host.Services.GetRequiredService<IFan>().Get<ICellar>().WaitAsync(cancel.Token));
    }

    [Fact]
    public async Task A_reply_that_says_cancelled_is_no_cancellation_of_the_caller()
    {
        using var host = await StartAsync(new FaultyClient(_ => new WireError { Code = ErrorCodes.Cancelled, Message = "" }.ToException()));
        await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await host.Services.GetRequiredService<IFan>().Get<ICellar>().WaitAsync());
    }

    [Fact]
    public async Task What_a_giver_of_tokens_throws_is_an_error_of_Fan_s()
    {
        using var host = await StartAsync(
            new FaultyClient(Create("json")), services => services.AddSingleton<ICallerTokens>(new NoTokens()));
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await host.Services.GetRequiredService<IFan>().Get<ICellar>().WhoAsync());
        Assert.Contains("nobody is at home", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_of_the_same_process_that_cancels_itself_has_failed_for_calls_by_name()
    {
        Assert.Equal(
            typeof(TaskCanceledException).FullName,
            (await Assert.ThrowsAsync<RemoteFailureException>(async () => await _service.Fan.CallAsync("late.wait", default))).RemoteType);
        Assert.Equal(typeof(TaskCanceledException).FullName, (await Assert.ThrowsAsync<RemoteFailureException>(
            async () => await _service.Fan.StreamAsync("late.drip", default).ToListAsync())).RemoteType);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await _service.Fan.CallAsync("late.hear", default, cancellationToken: cancelled.Token));
    }

    [Fact]
    public async Task Half_a_character_in_an_argument_by_name_is_the_argument_s_fault()
    {
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        foreach (var fan in new[] { caller.Fan, _service.Fan })
        {
            using var arguments = JsonDocument.Parse("""{"id": 1, "half": "\ud83d"}""");
            Assert.Equal("half", (await Assert.ThrowsAsync<BadArgumentException>(
                async () => await fan.CallAsync("cellar.get", arguments.RootElement))).Argument);
        }
    }

    [Fact]
    public async Task A_dynamic_argument_that_can_t_be_written_is_named()
    {
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        Assert.Equal("id", (await Assert.ThrowsAsync<BadArgumentException>(
            async () => await caller.Fan.Rpc.cellar.get(id: new Action(() => { })))).Argument);
        Assert.Equal("id", (await Assert.ThrowsAsync<BadArgumentException>(
            async () => await caller.Fan.Rpc.cellar.get(id: default(JsonElement)))).Argument);
    }

    private static Func<OutgoingCall, Exception> Create(string kind) => _ => kind switch
    {
        "json" => new JsonException("no JSON"),
        "format" => new FormatException("no form"),
        "not supported" => new NotSupportedException("no support"),
        "disposed" => new ObjectDisposedException("socket"),
        "cancelled" => new TaskCanceledException("by nobody"),
        _ => new HostileException(),
    };

    private static async Task<IReadOnlyList<Endpoint>> FindAsync(IHost host) =>
        await host.Services.GetRequiredService<IEndpointDirectory>().FindAsync("cellar", TestContext.Current.CancellationToken);

    private async Task<IHost> StartAsync(FaultyClient transport, Action<IServiceCollection>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IClientTransport>(transport);
        configure?.Invoke(builder.Services);
        builder.Services.AddFan(options => options.Name = "caller").UseStore(_ => new MemoryCoordinationStore(_tree));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    private sealed class FaultyClient(Func<OutgoingCall, Exception> fault) : IClientTransport
    {
        public string Name => "loop";

        public int Items { get; init; }

        public int Calls { get; private set; }

        public ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
        {
            Calls++;
            throw fault(call);
        }

        public async IAsyncEnumerable<ReplyPayload> StreamAsync(
            OutgoingCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (var i = 0; i < Items; i++)
            {
                await Task.Yield();
                var item = ArrayPool<byte>.Shared.Rent(1);
                item[0] = (byte)'1';
                yield return new ReplyPayload(item, 1);
            }

            throw fault(call);
        }
    }

    private sealed class NoTokens : ICallerTokens
    {
        public ValueTask<string?> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("nobody is at home");
    }

    private sealed class HostileException : Exception
    {
        public override string Message => throw new InvalidOperationException("no message");
    }
}

[Service("late")]
public interface ILate
{
    ValueTask WaitAsync(CancellationToken ct = default);

    ValueTask HearAsync(CancellationToken ct = default);

    IAsyncEnumerable<int> DripAsync(CancellationToken ct = default);
}

/// <summary>Has time limits of its own, which are over.</summary>
internal sealed class Late : ILate
{
    public async ValueTask WaitAsync(CancellationToken ct = default)
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await own.CancelAsync();
        await Task.Delay(Timeout.Infinite, own.Token);
    }

    public async ValueTask HearAsync(CancellationToken ct = default) => await Task.Delay(Timeout.Infinite, ct);

    public async IAsyncEnumerable<int> DripAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        yield return 1;
        await WaitAsync(ct);
    }
}
