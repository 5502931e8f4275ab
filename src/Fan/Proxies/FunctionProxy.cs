namespace Fan.Proxies;

/// <summary>A proxy that is one function.</summary>
internal sealed class FunctionProxy(Func<ProxiedCall, CancellationToken, ValueTask> handle) : IProxyService
{
    public ValueTask HandleAsync(ProxiedCall call, CancellationToken cancellationToken) => handle(call, cancellationToken);
}
