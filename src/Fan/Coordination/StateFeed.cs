using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Fan.Coordination;

/// <summary>
/// The state of a session and those who follow it: a slow reader sees the newest state, but never misses an expiry. Safe from any thread.
/// </summary>
internal sealed class StateFeed
{
    private readonly Lock _gate = new();
    private readonly List<Reader> _readers = [];
    private SessionState _current;

    public SessionState Current
    {
        get
        {
            lock (_gate) return _current;
        }
    }

    public void Set(SessionState state)
    {
        lock (_gate)
        {
            if (_current == state || _current == SessionState.Closed) return;
            _current = state;
            foreach (var reader in _readers) reader.Note(state);
        }
    }

    public async IAsyncEnumerable<SessionState> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new Reader();
        lock (_gate)
        {
            reader.Note(_current);
            _readers.Add(reader);
        }

        try
        {
            while (await reader.Wake.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                reader.Wake.Reader.TryRead(out _);
                while (Take(reader) is { } state)
                {
                    if (state == SessionState.Closed) yield break;
                    yield return state;
                }
            }
        }
        finally
        {
            lock (_gate) _readers.Remove(reader);
        }
    }

    private SessionState? Take(Reader reader)
    {
        lock (_gate) return reader.Take();
    }

    private sealed class Reader
    {
        private bool _expired;
        private SessionState? _newest;

        public Channel<bool> Wake { get; } = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public void Note(SessionState state)
        {
            if (state == SessionState.Expired) (_expired, _newest) = (true, null);
            else _newest = state;
            Wake.Writer.TryWrite(true);
        }

        public SessionState? Take()
        {
            if (_expired)
            {
                _expired = false;
                return SessionState.Expired;
            }

            var state = _newest;
            _newest = null;
            return state;
        }
    }
}
