using System.ComponentModel;

namespace Fan.Generated;

/// <summary>
/// What generated code calls to turn results without a value into <see cref="Unit"/> and back, without an allocation where the call is
/// done.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CallResults
{
    /// <summary>Drops the <see cref="Unit"/>.</summary>
    public static ValueTask WithoutResult(ValueTask<Unit> pending)
    {
        if (!pending.IsCompletedSuccessfully) return new ValueTask(pending.AsTask());
        _ = pending.Result;
        return default;
    }

    /// <summary>Adds a <see cref="Unit"/>.</summary>
    public static ValueTask<Unit> AsUnit(ValueTask pending)
    {
        if (!pending.IsCompletedSuccessfully) return Awaited(pending);
        pending.GetAwaiter().GetResult();
        return default;

        static async ValueTask<Unit> Awaited(ValueTask pending)
        {
            await pending.ConfigureAwait(false);
            return default;
        }
    }
}
