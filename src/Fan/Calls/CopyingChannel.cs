using Fan.Generated;

namespace Fan.Calls;

/// <summary>Gives the calls that stay in the process the meaning of those that leave it. A push crosses as bytes anyway. Safe from any thread.</summary>
internal sealed class CopyingChannel(RoutedChannel routed, LocalCopies copies) : CallChannel
{
    public override ValueTask<TResult> CallAsync<TArgs, TResult>(UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken) =>
        routed.CallAsync(method.Description.Kind == MethodKind.Push ? method : copies.Of(method), args, cancellationToken);

    public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) =>
        routed.StreamAsync(copies.Of(method), args, cancellationToken);
}
