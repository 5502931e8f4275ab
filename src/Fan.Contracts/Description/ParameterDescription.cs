namespace Fan;

/// <summary>One argument of a method.</summary>
/// <param name="Name">The wire name, snake_case.</param>
/// <param name="ClrName">The name in the source; accepted on the wire as well.</param>
/// <param name="Type">The type of the value.</param>
/// <param name="IsOptional">Whether it may be left out; the method then sees the default of its declaration.</param>
/// <param name="AllowsNull">Whether JSON <c>null</c> is a valid value.</param>
public sealed record ParameterDescription(string Name, string ClrName, Type Type, bool IsOptional, bool AllowsNull)
{
    /// <summary>The argument as it stands in a contract's normal form, e.g. <c>count?: int = 1</c>; null where nobody told.</summary>
    public string? Shape { get; init; }
}
