namespace Fan;

/// <summary>Marks a method as a call with a reply and says how it may be called.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class RpcAttribute : Attribute
{
    /// <summary>The wire name; by default the method's name in snake_case without <c>Async</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the call may be sent a second time when it is unknown whether the first one arrived. Default false.</summary>
    public bool Idempotent { get; init; }

    /// <summary>
    /// The longest a call may take, in milliseconds, when the caller says nothing. 0, the default, takes the application's own; -1
    /// (<see cref="System.Threading.Timeout.Infinite"/>) sets no limit.
    /// </summary>
    public int TimeoutMilliseconds { get; init; }
}
