using System.ComponentModel;

namespace Fan.Generated;

/// <summary>The base of generated proxies: one field that is either the implementation itself or the routed client.</summary>
/// <remarks>
/// A proxy's method is a tail call on <see cref="Target"/> and nothing else. Whatever makes the direct way wrong (a listener
/// to telemetry, a change in progress, an implementation that left) replaces the target instead of being asked on each call.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ServiceProxy<TService>
    where TService : class
{
    private volatile TService _target;

    /// <summary>Creates the proxy.</summary>
    protected ServiceProxy(TService target)
    {
        _target = target;
        Pushes = target;
    }

    /// <summary>Whom pushes go to: the first target, always. A push is accepted by a queue, so it has no direct way.</summary>
    protected TService Pushes { get; }

    /// <summary>Whom calls go to at the moment.</summary>
    public TService Target
    {
        get => _target;
        set => _target = value;
    }
}
