using System.Security.Cryptography;
using Fan.Database.Engines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Fan.Database.Calls;

/// <summary>
/// This process among those that call each other over the database: its row, which says that it lives, and the frames that come for it and
/// go out. Opened by its first use. Owns its tasks. Safe from any thread.
/// </summary>
internal sealed class Mailbox : IAsyncDisposable
{
    private const string Subject = "database";

    // For how much of a lease that could not be renewed calls are still waited for.
    private const double LeaseTrust = 0.6;

    // Everybody renews a lease once a second.
    private static readonly TimeSpan LongestGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly IDatabase _database;
    private readonly bool _isOwner;
    private readonly FanDatabaseOptions _options;
    private readonly string _name;
    private readonly TimeProvider _clock;
    private readonly CallFrameWriter _writer;
    private readonly AsyncBell _bell;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly List<IFrameReceiver> _receivers = [];
    private readonly ILogger _logger;
    private readonly LeaseWatch _leases;
    private readonly List<long> _read = [];
    private IDisposable? _listening;
    private Task _working = Task.CompletedTask;
    private volatile bool _isOpen;
    private bool _isClosed;

    public Mailbox(
        IDatabase shared,
        IOptions<FanDatabaseOptions> options,
        IOptions<FanOptions> application,
        TimeProvider clock,
        ILogger<Mailbox>? logger = null)
    {
        _logger = logger ?? NullLogger<Mailbox>.Instance;
        _database = DatabaseFactory.CreateForCalls(options.Value, shared, clock, _logger);
        (_isOwner, _options, _name, _clock) = (!ReferenceEquals(_database, shared), options.Value, application.Value.Name ?? "fan", clock);
        _writer = new CallFrameWriter(_database, Id, clock, _logger);
        _leases = new LeaseWatch(options.Value.CallLease / 2 < LongestGrace ? options.Value.CallLease / 2 : LongestGrace, clock);
        _bell = new AsyncBell(clock);
    }

    /// <summary>Names this process; another one after each start.</summary>
    public long Id { get; } = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;

    /// <summary>Where the caller's side and the service's side register.</summary>
    public void Add(IFrameReceiver receiver)
    {
        lock (_gate) _receivers.Add(receiver);
    }

    /// <exception cref="ServiceUnavailableException">The database can't be reached.</exception>
    public ValueTask OpenAsync(CancellationToken cancellationToken) => _isOpen ? default : new(OpenSlowlyAsync(cancellationToken));

    /// <summary>Sends a frame once; false where its recipient is not there.</summary>
    public Task<bool> SendAsync(string service, CallFrame frame, CancellationToken cancellationToken) =>
        _writer.SendAsync(service, frame, cancellationToken);

    /// <summary>Sends a frame that may come twice without harm.</summary>
    public ValueTask PostAsync(string service, CallFrame frame) => _writer.PostAsync(service, frame);

    /// <summary>As <see cref="PostAsync"/>, at once or, where too many wait, not at all: then the caller's time ends the call.</summary>
    public void TryPost(string service, CallFrame frame) => _writer.TryPost(service, frame);

    public async ValueTask DisposeAsync()
    {
        if (_isClosed) return;
        _isClosed = true;
        foreach (var receiver in Receivers) receiver.LostAll("the application stops");
        await LastWait.ForAsync(EndAsync).ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _bell.Ring();
        await _working.ConfigureAwait(false);
        if (_isOpen) await LeaveAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        _listening?.Dispose();
        if (_isOwner) await _database.DisposeAsync().ConfigureAwait(false);
        _bell.Dispose();
        _opening.Dispose();
        _closing.Dispose();
    }

    // From then on nobody can send here; what came before is received, so that requests among it are refused and made elsewhere.
    private async Task LeaveAsync()
    {
        try
        {
            var script = new Script(Subject);
            script.Add(CallStatements.Leave, Id);
            await _database.RunAsync(script, CancellationToken.None).ConfigureAwait(false);
            while (await ReceiveAsync().ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception error)
        {
            // The lease ends by itself.
            if (error is not ServiceUnavailableException) DatabaseCallLog.Interrupted(_logger, error, error.Message);
        }
    }

    private IFrameReceiver[] Receivers
    {
        get
        {
            lock (_gate) return [.. _receivers];
        }
    }

    private async Task OpenSlowlyAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isOpen) return;
            ObjectDisposedException.ThrowIf(_isClosed, this);
            await JoinAsync(cancellationToken).ConfigureAwait(false);
            _listening = _database.Listen(Channels.OfInstance(Id), _bell.Ring);
            _writer.Start();
            using (ExecutionContext.SuppressFlow())
            {
                _working = Task.WhenAll(Task.Run(ReadAsync, CancellationToken.None), Task.Run(TendAsync, CancellationToken.None));
            }

            _isOpen = true;
        }
        finally
        {
            _opening.Release();
        }
    }

    private Task JoinAsync(CancellationToken cancellationToken)
    {
        var script = new Script(Subject);
        script.Add(CallStatements.Join, Id, _name, Microseconds.Of(_options.CallLease));
        return _database.RunAsync(script, cancellationToken);
    }

    private async Task ReadAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                if (await ReceiveAsync().ConfigureAwait(false) == 0) await _bell.WaitAsync(_options.PollInterval).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                // Whatever it is, calls wait for what comes.
                if (error is not ServiceUnavailableException) DatabaseCallLog.Interrupted(_logger, error, error.Message);
                await Task.Delay(Pause, _clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Frames are removed after they were read, together with the look for more: an answer that is lost takes none with it.
    private async Task<int> ReceiveAsync()
    {
        var script = new Script(Subject) { IsReading = _read.Count == 0 };
        if (_read.Count > 0) script.Add(CallStatements.Remove, _read.ToArray());
        var frames = script.Query(CallStatements.Receive, CallFrame.Read, Id);
        await _database.RunAsync(script, CancellationToken.None).ConfigureAwait(false);
        _read.Clear();
        var receivers = Receivers;
        foreach (var frame in frames)
        {
            _read.Add(frame.Id);
            foreach (var receiver in receivers) Give(frame, receiver);
        }

        return frames.Count;
    }

    private void Give(CallFrame frame, IFrameReceiver receiver)
    {
        try
        {
            receiver.Receive(frame);
        }
        catch (Exception error)
        {
            DatabaseCallLog.NotTaken(_logger, error, error.Message);
        }
    }

    /// <summary>Renews the lease, and asks whether those live whom calls are open with.</summary>
    private async Task TendAsync()
    {
        var interval = _options.CallLease / 3 < TimeSpan.FromSeconds(1) ? _options.CallLease / 3 : TimeSpan.FromSeconds(1);
        var heard = _clock.GetTimestamp();
        while (!_closing.IsCancellationRequested)
        {
            await Task.Delay(interval, _clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_closing.IsCancellationRequested) return;
            try
            {
                await TendOnceAsync().ConfigureAwait(false);
                heard = _clock.GetTimestamp();
            }
            catch (Exception error)
            {
                if (error is not ServiceUnavailableException) DatabaseCallLog.Interrupted(_logger, error, error.Message);
                // It is tried again at the next turn; others end what is open with us when the lease is over, and so do we a little before.
                if (_clock.GetElapsedTime(heard) < _options.CallLease * LeaseTrust) continue;
                foreach (var receiver in Receivers) receiver.LostAll(error.Message.TrimEnd('.'));
            }
        }
    }

    private async Task TendOnceAsync()
    {
        var script = new Script(Subject);
        var renewal = script.Add(CallStatements.Renew, Id, Microseconds.Of(_options.CallLease));
        foreach (var (instance, until) in _leases.Over) script.Add(CallStatements.EndLease, instance, until);
        var old = script.Query(
            CallStatements.OldLeases,
            static row => (new SeenLease(row.GetInt64(0), row.GetInt64(1)), Microseconds.ToTime(row.GetInt64(2))),
            Id);
        script.Add(CallStatements.DropOrphans);
        var peers = Receivers.SelectMany(receiver => receiver.Peers).Distinct().ToArray();
        var living = peers.Length == 0 ? [] : script.Query(CallStatements.Living, static row => row.GetInt64(0), peers);
        await _database.RunAsync(script, CancellationToken.None).ConfigureAwait(false);
        _leases.Note(old);
        if (renewal.Affected == 0)
        {
            // Others took this process for dead, or the server has lost what it does not keep on the disk.
            foreach (var receiver in Receivers) receiver.LostAll("its lease in the database was over, or the database was started anew");
            await JoinAsync(CancellationToken.None).ConfigureAwait(false);
            return;
        }

        foreach (var gone in peers.Except(living))
        {
            foreach (var receiver in Receivers) receiver.Lost(gone, "the process at the other end has died, or does not renew its lease");
        }
    }
}
