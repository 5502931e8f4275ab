using Fan.Messaging;

namespace Fan.Context;

/// <summary>
/// Records the calls made while it is current, with what the services that were called recorded in turn: the whole tree of
/// every process, without a collector. For tools and tests; production tracing is OpenTelemetry on the source <c>Fan</c>. Safe from any
/// thread.
/// </summary>
public sealed class CallTrace : IDisposable
{
    /// <summary>The <see cref="CallSpan.ParentId"/> of a step that nothing recorded caused.</summary>
    public const int Root = -1;

    /// <summary>The most steps that one recording keeps; later ones are dropped.</summary>
    public const int MaxSpans = 512;

    private readonly Lock _gate = new();
    private readonly List<CallSpan> _spans = [];
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly Action? _ended;
    private readonly CallContext.Scope? _scope;

    internal CallTrace(TimeProvider clock, bool makeCurrent = false, Action? ended = null)
    {
        _clock = clock;
        _start = clock.GetTimestamp();
        _ended = ended;
        if (makeCurrent) _scope = (CallContext.Current with { Recorder = this, RecorderSpan = Root }).Use();
    }

    /// <summary>What was recorded so far, in the order of beginning.</summary>
    public IReadOnlyList<CallSpan> Spans
    {
        get
        {
            lock (_gate) return [.. _spans];
        }
    }

    /// <summary>Ends the recording.</summary>
    public void Dispose()
    {
        _scope?.Dispose();
        _ended?.Invoke();
    }

    internal int Begin(int parent, string name, CallSpanKind kind, string application, string? transport = null)
    {
        lock (_gate)
        {
            if (_spans.Count == MaxSpans) return Root;
            _spans.Add(new CallSpan(
                _spans.Count, parent, name, kind, application, _clock.GetElapsedTime(_start), TimeSpan.Zero, null)
            {
                Transport = transport
            });
            return _spans.Count - 1;
        }
    }

    /// <summary>The transport is known once an endpoint is chosen; of several attempts the last one counts.</summary>
    internal void Over(int id, string transport)
    {
        if (id == Root) return;
        lock (_gate) _spans[id] = _spans[id] with { Transport = transport };
    }

    internal void End(int id, Exception? error)
    {
        if (id == Root) return;
        lock (_gate)
        {
            _spans[id] = _spans[id] with
            {
                Duration = _clock.GetElapsedTime(_start) - _spans[id].Start,
                Error = error is null ? null : HeaderText.Shorten(ExceptionText.MessageOf(error))
            };
        }
    }

    /// <summary>
    /// Adds what the far end of the step <paramref name="parent"/> recorded. No clocks are compared: its steps are centred in the caller's.
    /// </summary>
    internal void Merge(int parent, string? wire)
    {
        if (wire is null || parent == Root || SpanWire.Read(wire) is not { Count: > 0 } remote) return;
        lock (_gate)
        {
            var caller = _spans[parent];
            var elapsed = _clock.GetElapsedTime(_start) - caller.Start;
            var shift = caller.Start + ((elapsed - remote[0].Duration) / 2);
            var first = _spans.Count;
            foreach (var span in remote.Take(MaxSpans - first))
            {
                var above = span.ParentId < 0 ? parent : first + span.ParentId;
                _spans.Add(span with { Id = _spans.Count, ParentId = above, Start = span.Start + shift });
            }
        }
    }

    internal string ToWire() => SpanWire.Write(Spans);
}
