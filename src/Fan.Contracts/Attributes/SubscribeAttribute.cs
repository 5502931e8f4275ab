namespace Fan;

/// <summary>
/// On a method of a class-first service: it handles a push of another service. <c>AddService</c> subscribes it, and <c>AddSubscriptions</c>
/// where the class itself is not hosted.
/// </summary>
/// <remarks>
/// The method takes the push's arguments, in their order, and may take a <see cref="CancellationToken"/>; it returns
/// <see cref="ValueTask"/>, <see cref="Task"/> or nothing. It throws to be tried again, and <see cref="PushRejectedException"/> where
/// another attempt can't help.
/// </remarks>
/// <param name="service">The interface with <see cref="ServiceAttribute"/> that has the push.</param>
/// <param name="method">The push: its name in the source, by <c>nameof</c>, or on the wire.</param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class SubscribeAttribute(Type service, string method) : Attribute
{
    /// <summary>The interface that has the push.</summary>
    public Type Service { get; } = service;

    /// <summary>The push.</summary>
    public string Method { get; } = method;

    /// <summary>
    /// The group, whose consumers share its copies of the pushes: 1 to 64 letters, digits, <c>_</c>, <c>-</c> or <c>.</c>. Default: the
    /// name of the class's own service, without brackets.
    /// </summary>
    public string? Group { get; init; }
}
