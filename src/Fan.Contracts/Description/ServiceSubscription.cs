using System.ComponentModel;

namespace Fan.Generated;

/// <summary>Written by the generator: pushes of another service that a class-first service handles. Immutable.</summary>
/// <param name="ServiceType">The interface that has the pushes.</param>
/// <param name="Group">The group that they are handled for.</param>
/// <param name="Create">Makes the subscriber around the service's object.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ServiceSubscription(Type ServiceType, string Group, Func<object, object> Create);
