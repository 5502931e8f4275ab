namespace Fan.Meaning.Tests.Cases;

/// <summary>A type as it stands in source.</summary>
/// <param name="Text">Without a question mark.</param>
/// <param name="IsValue">Whether it is a value type.</param>
/// <param name="Literal">A constant of it that differs from its default, where the language has one.</param>
/// <param name="Sort">What attributes may be put on its members.</param>
internal sealed record TypeText(string Text, bool IsValue, string? Literal = null, TypeSort Sort = TypeSort.Other)
{
    /// <summary>The same or null.</summary>
    public TypeText Nullable() => Text.EndsWith('?') ? this : this with { Text = Text + "?" };
}

internal enum TypeSort
{
    Other,
    Number,
    Text,
    Enum,
    List,
    Map,
    Object,
}
