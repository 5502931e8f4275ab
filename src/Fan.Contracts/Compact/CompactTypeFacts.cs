using System.ComponentModel;

namespace Fan.Generated;

/// <summary>
/// A type that generated code of the compact form writes and reads for a method, so that it can be held against what JSON makes of the type
/// at run time.
/// </summary>
/// <param name="Type">The type.</param>
/// <param name="Members">Its members; null for a scalar, an enum, a nullable value, a list or a map.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record CompactTypeFacts(Type Type, IReadOnlyList<CompactMemberFacts>? Members);

/// <summary>A member of a type in the compact form.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Type">The type of its value.</param>
/// <param name="IsRequired">Whether a reader refuses an object without it.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record CompactMemberFacts(string Name, Type Type, bool IsRequired);
