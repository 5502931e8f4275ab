namespace Fan;

/// <summary>
/// Marks a method as a one-way message: the caller waits for its acceptance by a queue, not for its handling, which may come again and
/// again until it succeeds.
/// </summary>
/// <remarks>The handler throws to be tried again, and <see cref="PushRejectedException"/> where another attempt can't help.</remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class PushAttribute : Attribute
{
    /// <summary>The wire name; by default the method's name in snake_case without <c>Async</c>.</summary>
    public string? Name { get; init; }
}
