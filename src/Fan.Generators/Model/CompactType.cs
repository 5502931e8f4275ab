namespace Fan.Generators.Model;

internal enum CompactForm
{
    /// <summary>Nothing that is carried needs it.</summary>
    Unused,

    /// <summary>A value that the runtime's reader and writer have a method for.</summary>
    Scalar,

    /// <summary>A value type that may be null.</summary>
    Nullable,

    List,
    Map,
    Object,
}

internal enum CompactContainer
{
    Array,
    List,
    Set,
}

internal enum CompactSetter
{
    /// <summary>Through a parameter of the constructor.</summary>
    Constructor,

    /// <summary>In the initializer, as the compiler demands it.</summary>
    Required,

    Set,

    /// <summary>After construction, though the compiler would not let it: what is not there keeps its initial value.</summary>
    Init,
}

/// <summary>A type in the compact form; others are referred to by their place in the service's list.</summary>
internal sealed record CompactType(
    string TypeName, CompactForm Form, uint Kind, bool IsReference, string Method, string Cast, int Element, int Key, CompactContainer Container,
    EquatableArray<CompactMember> Members)
{
    public static readonly CompactType Unused = new("", CompactForm.Unused, 0, false, "", "", -1, -1, default, default);
}

internal sealed record CompactMember(
    string Name, string ClrName, string DeclaringType, bool OfStruct, int Type, CompactSetter Setter, int Position, string? Default, bool MustBeThere);
