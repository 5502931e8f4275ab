using System.ComponentModel;

namespace Fan.Generated;

/// <summary>What a generated client calls through: routing, pipeline and transport stand behind it. Safe from any thread.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class CallChannel
{
    /// <summary>Makes a call and waits for its reply.</summary>
    public abstract ValueTask<TResult> CallAsync<TArgs, TResult>(
        UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
        where TArgs : struct;

    /// <summary>Makes a call whose reply is a sequence; it starts with the first item asked for.</summary>
    public abstract IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken)
        where TArgs : struct;

    /// <summary>Makes a call for a contract method that is declared synchronous; the thread waits for the reply.</summary>
    public TResult Call<TArgs, TResult>(UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
        where TArgs : struct
    {
        var pending = CallAsync(method, args, cancellationToken);
        return pending.IsCompleted ? pending.GetAwaiter().GetResult() : Blocking(pending);

        // The contract says synchronous, so the caller's thread is the one to wait.
        static TResult Blocking(ValueTask<TResult> pending) => pending.AsTask().GetAwaiter().GetResult();
    }
}
