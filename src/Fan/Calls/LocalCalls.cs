using System.Diagnostics;
using System.Runtime.CompilerServices;
using Fan.Context;
using Fan.Diagnostics;
using Fan.Generated;
using Fan.Serving;

namespace Fan.Calls;

/// <summary>
/// Calls within the process that must be seen, or that carry shard keys: the implementation with a span around it. Safe from any thread.
/// </summary>
internal sealed class LocalCalls(string application, FanTelemetry telemetry)
{
    public async ValueTask<TResult> CallAsync<TArgs, TResult>(
        ServiceImplementation target,
        UnaryMethod<TArgs, TResult> method,
        TArgs args,
        IReadOnlyList<string> keys,
        CancellationToken cancellationToken)
        where TArgs : struct
    {
        var measure = telemetry.StartCall(method.Service, method.Name, method.FullName, ActivityKind.Internal);
        var recorded = Enter(method, keys, out var recorder);
        Exception? failure = null;
        try
        {
            if (target.Shared is { } shared) return await method.InvokeAsync(shared, args, cancellationToken).ConfigureAwait(false);
            var own = target.Rent(out var scope);
            await using (scope!.Value.ConfigureAwait(false))
                return await method.InvokeAsync(own, args, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            recorder?.End(recorded, failure);
            measure.End(failure);
        }
    }

    public async IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        ServiceImplementation target,
        StreamMethod<TArgs, TItem> method,
        TArgs args,
        IReadOnlyList<string> keys,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TArgs : struct
    {
        var measure = telemetry.StartCall(method.Service, method.Name, method.FullName, ActivityKind.Internal);
        var recorded = Enter(method, keys, out var recorder);
        var own = target.Rent(out var scope);
        Exception? failure = null;
        try
        {
            var items = method.Invoke(own, args, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var ending = items.ConfigureAwait(false);
            while (true)
            {
                try
                {
                    if (!await items.MoveNextAsync().ConfigureAwait(false)) break;
                }
                catch (Exception error)
                {
                    failure = error;
                    throw;
                }

                yield return items.Current;
            }
        }
        finally
        {
            if (scope is { } opened) await opened.DisposeAsync().ConfigureAwait(false);
            recorder?.End(recorded, failure);
            measure.End(failure);
        }
    }

    // The context is the async caller's own copy: it goes when that method returns.
    private int Enter(ServiceMethod method, IReadOnlyList<string> keys, out CallTrace? recorder)
    {
        var context = CallContext.Current;
        recorder = context.Recorder;
        if (recorder is null)
        {
            if (keys.Count > 0 || context.ShardKeys.Count > 0) (context with { ShardKeys = keys, Caller = application }).Use();
            return CallTrace.Root;
        }

        var span = recorder.Begin(context.RecorderSpan, method.FullName, CallSpanKind.Local, application);
        (context with { ShardKeys = keys, Caller = application, RecorderSpan = span }).Use();
        return span;
    }
}
