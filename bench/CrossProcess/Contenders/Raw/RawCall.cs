using System.Threading.Tasks.Sources;

namespace CrossProcess.Contenders.Raw;

/// <summary>What came back: a text or a record.</summary>
internal readonly record struct RawReply(string? Text, Wine? Wine);

/// <summary>One call under way; used again.</summary>
internal sealed class RawCall(RawClient client, int number) : IValueTaskSource<RawReply>
{
    private ManualResetValueTaskSourceCore<RawReply> _source = new() { RunContinuationsAsynchronously = true };

    public int Number => number;

    public bool IsText { get; set; }

    public ValueTask<RawReply> Task => new(this, _source.Version);

    public void Complete(in RawReply reply) => _source.SetResult(reply);

    RawReply IValueTaskSource<RawReply>.GetResult(short token)
    {
        var reply = _source.GetResult(token);
        _source.Reset();
        client.Return(this);
        return reply;
    }

    ValueTaskSourceStatus IValueTaskSource<RawReply>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<RawReply>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
