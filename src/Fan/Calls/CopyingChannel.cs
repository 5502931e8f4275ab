using Fan.Generated;

namespace Fan.Calls;

/// <summary>
/// Gives the calls that stay in the process the meaning of those that leave it. A push is bytes in its queue anyway, but nobody looks at
/// them before. Safe from any thread.
/// </summary>
internal sealed class CopyingChannel(RoutedChannel routed, LocalCopies copies) : CallChannel
{
    public override ValueTask<TResult> CallAsync<TArgs, TResult>(
        UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken) =>
        method.Description.Kind == MethodKind.Push
            ? PushAsync(method, args, cancellationToken)
            : routed.CallAsync(copies.Of(method), args, cancellationToken);

    public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) =>
        routed.StreamAsync(copies.Of(method), args, cancellationToken);

    private async ValueTask<TResult> PushAsync<TArgs, TResult>(
        UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
        where TArgs : struct
    {
        copies.Check(method, args);
        return await routed.CallAsync(method, args, cancellationToken).ConfigureAwait(false);
    }
}
