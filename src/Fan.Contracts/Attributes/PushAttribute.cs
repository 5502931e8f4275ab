namespace Fan;

/// <summary>Marks a method as a one-way message: the caller waits for its acceptance, not for its handling.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class PushAttribute : Attribute
{
    /// <summary>The wire name; by default the method's name in snake_case without <c>Async</c>.</summary>
    public string? Name { get; init; }
}
