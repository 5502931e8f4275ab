using System.Collections;
using System.Diagnostics;
using Fan.Generated;

namespace Fan.Diagnostics;

/// <summary>What every log line of a served call carries: the ids of its trace, and what is called by whom.</summary>
internal sealed class CallLogScope(Activity? activity, ServiceMethod method, string? caller) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 5;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("TraceId", activity?.TraceId.ToHexString()),
        1 => new("SpanId", activity?.SpanId.ToHexString()),
        2 => new("Service", method.Service),
        3 => new("Method", method.Name),
        4 => new("Caller", caller),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() =>
        $"{method.FullName} TraceId:{activity?.TraceId.ToHexString()} SpanId:{activity?.SpanId.ToHexString()}";
}
