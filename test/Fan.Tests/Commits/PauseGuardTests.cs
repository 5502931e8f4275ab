using Fan.Commits;
using Fan.Conformance;
using Fan.Coordination;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Tests.Commits;

/// <summary>A process that stood still past its session begins no root call by what it knew before.</summary>
public sealed class PauseGuardTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _clock = new();
    private readonly MemoryCoordinationStore _store = new(new MemoryTree());
    private readonly CancellationTokenSource _stopping = new();
    private readonly StoreConnection _connection;
    private readonly ApplicationRegister _register = new(
        () => new ApplicationRecord { Application = "one", Instance = "1" },
        (_, register, _) => register(),
        _ => null,
        (_, _, _) => Task.CompletedTask);
    private readonly PauseGuard _guard;
    private readonly Task _running;
    private int _read;
    private bool _wasKnown;

    public PauseGuardTests()
    {
        _connection = new StoreConnection(_store, _clock, NullLogger<StoreConnection>.Instance);
        _guard = new PauseGuard(_connection, _register, ReadAsync, Patience, _clock);
        _running = Task.WhenAll(
            OwnerTask.Run(_connection, "the record", _clock, NullLogger.Instance, null, _register.KeepAsync, _stopping.Token),
            OwnerTask.Run(_connection, "pauses", _clock, NullLogger.Instance, null, _guard.RunAsync, _stopping.Token));
    }

    [Fact]
    public async Task A_root_call_after_a_pause_waits_until_committers_know_the_application_again_and_then_reads_the_tree()
    {
        var root = await PausedAsync();
        Assert.Equal((false, 0), (root.IsCompleted, _read));

        var before = _register.Session;
        _store.Expire();
        await PassAsync(TimeSpan.FromMilliseconds(10), () => root.IsCompleted);
        Assert.Equal((1, true), (_read, _wasKnown));
        Assert.NotEqual(before, _register.Session);
    }

    [Fact]
    public async Task A_session_that_has_replaced_the_one_from_before_the_pause_already_is_no_reason_to_go_on()
    {
        await StartedAsync();
        _store.Expire();
        _clock.Advance(Patience);
        var root = _guard.AwakeAsync(CancellationToken.None).AsTask();
        await PassAsync(TimeSpan.FromMilliseconds(10), () => root.IsCompleted);
        Assert.Equal((1, true), (_read, _wasKnown));
    }

    [Fact]
    public async Task A_pause_that_the_session_outlived_holds_nobody()
    {
        await StartedAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        await _guard.AwakeAsync(CancellationToken.None);
        Assert.Equal(0, _read);
    }

    [Fact]
    public async Task Where_the_store_stays_away_calls_go_on_with_what_is_known_after_their_patience()
    {
        var root = await PausedAsync();
        Assert.False(root.IsCompleted);
        await PassAsync(TimeSpan.FromSeconds(1), () => root.IsCompleted);
        Assert.Equal(0, _read);
    }

    [Fact]
    public async Task A_pause_while_the_store_is_away_all_the_time_holds_nobody()
    {
        await StartedAsync();
        _store.Disconnect();
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                return Task.FromResult(_guard.WasAway);
            },
            "a beat has seen it");
        _clock.Advance(Patience / 2);
        await _guard.AwakeAsync(CancellationToken.None);
        Assert.Equal(0, _read);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        await _connection.DisposeAsync();
        _register.Dispose();
        _stopping.Dispose();
    }

    private async Task<Task> PausedAsync()
    {
        await StartedAsync();
        _store.Disconnect();
        _clock.Advance(Patience);
        Assert.False(_guard.IsAwake);
        return _guard.AwakeAsync(CancellationToken.None).AsTask();
    }

    private Task StartedAsync() =>
        Eventually.TrueAsync(() => Task.FromResult(_register.Session != 0 && _guard.Session == _register.Session), "the record is there");

    private Task PassAsync(TimeSpan step, Func<bool> isOver) => Eventually.TrueAsync(
        () =>
        {
            _clock.Advance(step);
            return Task.FromResult(isOver());
        },
        "the root call begins");

    private Task ReadAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        (_read, _wasKnown) = (_read + 1, _register.Session == store.SessionId);
        return Task.CompletedTask;
    }
}
