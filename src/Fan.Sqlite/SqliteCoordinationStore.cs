using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Fan.Coordination;
using Microsoft.Data.Sqlite;

namespace Fan.Sqlite;

/// <summary>A session with a store in a SQLite file. One loop owns the connection; everything else asks it. Safe from any thread.</summary>
internal sealed class SqliteCoordinationStore : ICoordinationStore, IStoreDiagnostics
{
    private const int MaxWaiting = 1024;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly SqliteStoreUrl _url;
    private readonly TimeProvider _clock;
    private readonly Channel<SqliteWork> _work = Channel.CreateBounded<SqliteWork>(MaxWaiting);
    private readonly StateFeed _states = new();
    private readonly Lock _gate = new();
    private readonly List<StoreWatch> _watches = [];
    private readonly CancellationTokenSource _closing = new();
    private SqliteDatabase? _database;
    private SqliteTree _tree = null!;
    private SqliteSessions _sessions = null!;
    private FileSignal? _signal;
    private ITimer? _renewing;
    private ITimer? _looking;
    private Task _loop = Task.CompletedTask;
    private long _session;
    private long _renewed;
    private long _seen;
    private int _lookWaits;
    private int _renewalWaits;

    public SqliteCoordinationStore(SqliteStoreUrl url, TimeProvider clock)
    {
        _url = url;
        _clock = clock;
    }

    /// <summary>Whether opening it makes nothing.</summary>
    public bool MustExist { get; init; }

    /// <summary>Whether it is the file that is used where nobody names a store: no other user gets at it.</summary>
    public bool IsDefault { get; init; }

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
        _signal = new FileSignal(_url.FilePath, _clock, AskToLook);
        _looking = _clock.CreateTimer(static store => ((SqliteCoordinationStore)store!).AskToLook(), this, LookInterval, LookInterval);
        var interval = SqliteSessions.Interval(_url.Lease);
        _renewing = _clock.CreateTimer(static store => ((SqliteCoordinationStore)store!).AskToRenew(), this, interval, interval);
        _states.Set(SessionState.Connected);
    }

    public IAsyncEnumerable<SessionState> WatchSessionAsync(CancellationToken cancellationToken = default) => _states.ReadAsync(cancellationToken);

    public ValueTask<StoreNode?> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        return new(AskAsync(() => Reading(() => _tree.Get(path)), cancellationToken));
    }

    public ValueTask<IReadOnlyList<string>?> GetChildrenAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        return new(AskAsync(() => Reading(() => _tree.Children(path)), cancellationToken));
    }

    public ValueTask<IReadOnlyList<StoreResult>> CommitAsync(IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken = default)
    {
        StoreLimits.Validate(operations);
        return new(AskAsync(
            () =>
            {
                var results = Writing(() => _sessions.IsAlive(_session) ? _tree.Apply(operations, _session) : null);
                if (results is null)
                {
                    Renew();
                    throw new StoreUnavailableException($"The session with '{DisplayName}' had expired; a new one is open, and nothing was written.");
                }

                Look();
                return results;
            },
            cancellationToken));
    }

    // Every request reads the file as it is at that moment.
    public ValueTask SyncAsync(CancellationToken cancellationToken = default) => new(AskAsync(() => true, cancellationToken));

    public async IAsyncEnumerable<StoreEvent> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
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
        if (State is not (SessionState.None or SessionState.Closed))
            yield return SqliteDiagnosis.OfSessions(await AskAsync(() => Reading(_sessions.Count), cancellationToken).ConfigureAwait(false), _url.Lease);
    }

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
        try
        {
            // What is empty would be made a store, too.
            if (MustExist && new FileInfo(_url.FilePath) is not { Exists: true, Length: > 0 } && !Directory.Exists(_url.FilePath))
                throw new StoreUnavailableException($"There is no store at '{_url.FilePath}': no application has made one there. Name the one that the services use.");
            if (IsDefault) DefaultPlace.Prepare(_url.FilePath);
            else if (!MustExist) Directory.CreateDirectory(Path.GetDirectoryName(_url.FilePath)!);
            var database = SqliteDatabase.Open(_url.FilePath);
            _database = database;
            if (IsDefault) DefaultPlace.Close(_url.FilePath);
            _tree = new SqliteTree(database);
            _sessions = new SqliteSessions(database, _tree, _clock);
            Volatile.Write(ref _renewed, _clock.GetTimestamp());
            Volatile.Write(ref _session, Writing(() => _sessions.Open(_url.Lease)));
            _seen = Reading(_tree.LastChange);
        }
        catch (SqliteException error)
        {
            Abandon();
            throw SqliteErrors.Explain(_url.FilePath, error);
        }
        catch (StoreUnavailableException)
        {
            Abandon();
            throw;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Abandon();
            throw new StoreUnavailableException($"The folder of the store file '{_url.FilePath}' can't be made: {error.Message}", error);
        }
    }

    // It may be opened again.
    private void Abandon()
    {
        _database?.Dispose();
        _database = null;
    }

    private void Close()
    {
        try
        {
            Writing(() =>
            {
                _sessions.End(_session);
                return true;
            });
        }
        catch (SqliteException)
        {
            // The others end the session when its lease is over.
        }
        finally
        {
            _database!.Dispose();
        }
    }

    private async Task<T> AskAsync<T>(Func<T> ask, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var state = State;
        ObjectDisposedException.ThrowIf(state == SessionState.Closed, this);
        if (state == SessionState.None) throw new InvalidOperationException("The store is not open.");
        var work = new SqliteWork<T>(ask, cancellationToken);
        try
        {
            await _work.Writer.WriteAsync(work, cancellationToken).AsTask().WaitAsync(AnswerLimit, _clock, cancellationToken).ConfigureAwait(false);
            return await work.Done.WaitAsync(AnswerLimit, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new StoreUnavailableException($"The store '{DisplayName}' gave no answer within {AnswerLimit.TotalSeconds} s.", error);
        }
        catch (ChannelClosedException error)
        {
            throw new ObjectDisposedException("The store was disposed.", error);
        }
    }

    private async Task RunAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                work.Run();
            }
            catch (SqliteException error)
            {
                _states.Set(SessionState.Disconnected);
                work.Fail(SqliteErrors.Explain(_url.FilePath, error));
            }
            catch (Exception error)
            {
                work.Fail(error);
            }
        }
    }

    // What happened while the file could not be read was not seen.
    private void Return()
    {
        _states.Set(SessionState.Connected);
        lock (_gate) _watches.ForEach(watch => watch.Resync());
    }

    private T Reading<T>(Func<T> read)
    {
        _database!.BeginRead();
        try
        {
            return read();
        }
        finally
        {
            _database.Rollback();
        }
    }

    private T Writing<T>(Func<T> write)
    {
        _database!.Begin();
        try
        {
            var result = write();
            _database.Commit();
            _signal?.Ring();
            // Only who can write can renew: a read that succeeds does not make the session sound.
            if (State == SessionState.Disconnected) Return();
            return result;
        }
        catch
        {
            _database.Rollback();
            throw;
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
        var queued = _work.Writer.TryWrite(new SqliteWork<bool>(
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
        var changes = Reading(() => _tree.ChangesAfter(_seen, out _seen));
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
        var lives = Writing(() =>
        {
            _tree.TrimChanges();
            return _sessions.Renew(_session);
        });
        if (!lives)
        {
            _states.Set(SessionState.Expired);
            now = _clock.GetTimestamp();
            Volatile.Write(ref _session, Writing(() => _sessions.Open(_url.Lease)));
            Volatile.Write(ref _renewed, now);
            _states.Set(SessionState.Connected);
            lock (_gate) _watches.ForEach(watch => watch.Resync());
        }

        // Others count from when they see the renewal, which is later.
        Volatile.Write(ref _renewed, now);
        foreach (var (session, renewals) in Reading(() => _sessions.FindDead(_session)))
        {
            Writing(() =>
            {
                _sessions.EndIfUnchanged(session, renewals);
                return true;
            });
        }

        Look();
    }
}
