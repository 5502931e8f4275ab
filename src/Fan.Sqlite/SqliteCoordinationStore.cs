using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Fan.Coordination;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using Fan.Sqlite.Files;

namespace Fan.Sqlite;

/// <summary>A session with a store in a SQLite file. One loop owns the connection; everything else asks it. Safe from any thread.</summary>
internal sealed partial class SqliteCoordinationStore : ICoordinationStore, IStoreDiagnostics
{
    private const int MaxWaiting = 1024;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly SqliteStoreUrl _url;
    private readonly TimeProvider _clock;
    private readonly Channel<StoreWork> _work = Channel.CreateBounded<StoreWork>(MaxWaiting);
    private readonly StateFeed _states = new();
    private readonly Lock _gate = new();
    private readonly List<StoreWatch> _watches = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly StoreFile _file;
    private readonly ILogger _logger;
    private FileSignal? _signal;
    private ITimer? _renewing;
    private ITimer? _looking;
    private Task _loop = Task.CompletedTask;
    private long _session;
    private long _renewed;
    private long _seen;
    private long _reopenFailed;
    private string? _reopenError;
    private int _lookWaits;
    private int _renewalWaits;

    public SqliteCoordinationStore(SqliteStoreUrl url, TimeProvider clock)
        : this(url, new StoreFile(url.FilePath, url.Lease, clock), clock, NullLogger.Instance)
    {
    }

    public SqliteCoordinationStore(SqliteStoreUrl url, StoreFile file, TimeProvider clock, ILogger logger) =>
        (_url, _file, _clock, _logger) = (url, file, clock, logger);

    public string DisplayName => "sqlite:" + _url.FilePath;

    public long SessionId => Volatile.Read(ref _session);

    public SessionState State => _states.Current;

    public TimeSpan LeaseRemaining
    {
        get
        {
            if (State != SessionState.Connected) return TimeSpan.Zero;
            var left = SqliteSessions.Patience(_url.Lease) - _clock.GetElapsedTime(Volatile.Read(ref _renewed));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public async Task OpenAsync(CancellationToken cancellationToken = default)
    {
        if (State != SessionState.None) throw new InvalidOperationException("The store is open already.");
        await Task.Run(Open, cancellationToken).ConfigureAwait(false);
        _loop = Task.Run(RunAsync, CancellationToken.None);
        _looking = _clock.CreateTimer(static store => ((SqliteCoordinationStore)store!).AskToLook(), this, LookInterval, LookInterval);
        var interval = SqliteSessions.Interval(_url.Lease);
        _renewing = _clock.CreateTimer(static store => ((SqliteCoordinationStore)store!).AskToRenew(), this, interval, interval);
        _states.Set(SessionState.Connected);
    }

    public IAsyncEnumerable<SessionState> WatchSessionAsync(CancellationToken cancellationToken = default) =>
        _states.ReadAsync(cancellationToken);

    public ValueTask<StoreNode?> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        return new(AskAsync(() => Reading(() => _file.Tree.Get(path)), cancellationToken));
    }

    public ValueTask<IReadOnlyList<string>?> GetChildrenAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        return new(AskAsync(() => Reading(() => _file.Tree.Children(path)), cancellationToken));
    }

    public ValueTask<IReadOnlyList<StoreResult>> CommitAsync(
        IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken = default)
    {
        StoreLimits.Validate(operations);
        return new(AskAsync(
            () =>
            {
                var results = Writing(() => _file.Sessions.IsAlive(_session) ? _file.Tree.Apply(operations, _session) : null);
                if (results is null)
                {
                    Renew();
                    throw new StoreUnavailableException(
                        $"The session with '{DisplayName}' had expired; a new one is open, and nothing was written.");
                }

                Look();
                return results;
            },
            cancellationToken));
    }

    // Every request reads the file as it is at that moment.
    public ValueTask SyncAsync(CancellationToken cancellationToken = default) => new(AskAsync(() => true, cancellationToken));

    public async IAsyncEnumerable<StoreEvent> WatchAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        var watch = new StoreWatch(path);
        await AskAsync(
            () =>
            {
                // What happened before is for those who watched before.
                Look();
                lock (_gate) _watches.Add(watch);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

        try
        {
            await foreach (var change in watch.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return change;
        }
        finally
        {
            lock (_gate) _watches.Remove(watch);
        }
    }

    public async IAsyncEnumerable<StoreFinding> DiagnoseAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var finding in SqliteDiagnosis.OfFile(_url.FilePath)) yield return finding;
        if (State is SessionState.None or SessionState.Closed) yield break;
        if (await AskAsync(() => Reading(() => _file.Tree.Strange()), cancellationToken).ConfigureAwait(false) is { Count: > 0 } strange)
        {
            yield return SqliteDiagnosis.OfNames(strange);
        }

        yield return SqliteDiagnosis.OfSessions(
            await AskAsync(() => Reading(() => _file.Sessions.Count()), cancellationToken).ConfigureAwait(false), _url.Lease);
    }

    public ValueTask<int> RemoveNamelessAsync(CancellationToken cancellationToken = default) =>
        new(AskAsync(() => Writing(() => _file.Tree.RemoveStrange()), cancellationToken));

    public async ValueTask DisposeAsync()
    {
        var opened = State is not (SessionState.None or SessionState.Closed);
        if (State == SessionState.Closed) return;
        _states.Set(SessionState.Closed);
        _renewing?.Dispose();
        _looking?.Dispose();
        _signal?.Dispose();
        _work.Writer.TryComplete();
        await _closing.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        if (opened) await Task.Run(Close).ConfigureAwait(false);
        lock (_gate) _watches.ForEach(watch => watch.Complete());
        _closing.Dispose();
    }

    private void Open()
    {
        var since = _clock.GetTimestamp();
        Begin(_file.Open(), since);
    }

    private void Begin((long Session, long LastChange) opened, long since)
    {
        Volatile.Write(ref _renewed, since);
        Volatile.Write(ref _session, opened.Session);
        _seen = opened.LastChange;
        _signal?.Dispose();
        _signal = new FileSignal(_url.FilePath, FileSignal.Rings, _clock, AskToLook);
    }

    private void Close()
    {
        try
        {
            if (!_file.IsLost)
            {
                _file.Writing(() =>
                {
                    _file.Sessions.End(_session);
                    return true;
                });
            }
        }
        catch (Exception error) when (error is SqliteException or StoreUnavailableException)
        {
            // The others end the session when its lease is over.
        }
        finally
        {
            _file.Close();
        }
    }

    private void AskToLook() => AskOnce(ref _lookWaits, static store =>
    {
        Volatile.Write(ref store._lookWaits, 0);
        store.Look();
    });

    private void AskToRenew() => AskOnce(ref _renewalWaits, static store =>
    {
        Volatile.Write(ref store._renewalWaits, 0);
        store.Renew();
    });

    // One that waits is enough for any number of rings. A full queue skips a turn: the next ring, and the lease, have room for that.
    private void AskOnce(ref int waits, Action<SqliteCoordinationStore> work)
    {
        if (Interlocked.Exchange(ref waits, 1) == 1) return;
        var queued = _work.Writer.TryWrite(new StoreWork<bool>(
            () =>
            {
                work(this);
                return true;
            },
            CancellationToken.None));
        if (!queued) Volatile.Write(ref waits, 0);
    }

    private void Look()
    {
        var changes = Reading(() => _file.Tree.ChangesAfter(_seen, out _seen));
        if (changes is { Count: 0 }) return;
        lock (_gate)
        {
            foreach (var watch in _watches)
            {
                if (changes is null) watch.Resync();
                else changes.ForEach(watch.Offer);
            }
        }
    }

    private void Renew()
    {
        var now = _clock.GetTimestamp();
        var lives = WritingUnseen(() =>
        {
            _file.Tree.TrimChanges();
            return _file.Sessions.Renew(_session);
        });
        if (!lives)
        {
            _states.Set(SessionState.Expired);
            now = _clock.GetTimestamp();
            Volatile.Write(ref _session, Writing(() => _file.Sessions.Open(_url.Lease)));
            Volatile.Write(ref _renewed, now);
            _states.Set(SessionState.Connected);
            lock (_gate) _watches.ForEach(watch => watch.Resync());
        }

        // Others count from when they see the renewal, which is later.
        Volatile.Write(ref _renewed, now);
        foreach (var (session, renewals) in Reading(() => _file.Sessions.FindDead(_session)))
        {
            Writing(() =>
            {
                _file.Sessions.EndIfUnchanged(session, renewals);
                return true;
            });
        }

        Look();
    }
}
