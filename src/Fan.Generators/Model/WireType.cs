namespace Fan.Generators.Model;

internal enum WireForm
{
    /// <summary>Nothing needs it.</summary>
    Unused,

    /// <summary>A value that the runtime's reader and writer have a method for.</summary>
    Scalar,

    /// <summary>A value type that may be null.</summary>
    Nullable,

    List,
    Map,

    /// <summary>Named members, each of which is written and read by itself.</summary>
    Object,

    /// <summary>A value that only the serializer knows how to write and to read.</summary>
    Opaque,
}

internal enum WireContainer
{
    Array,
    List,
    Set,

    /// <summary>Another collection: its items are known, and only the serializer makes one.</summary>
    Other,
}

internal enum WireSetter
{
    /// <summary>Through a parameter of the constructor.</summary>
    Constructor,

    /// <summary>In the initializer, as the compiler demands it.</summary>
    Required,

    Set,

    /// <summary>After construction, though the compiler would not let it: what is not there keeps its initial value.</summary>
    Init,

    /// <summary>By nothing: it is worked out.</summary>
    None,
}

/// <summary>A type as the serializer of JSON takes it; others are referred to by their place in the service's list.</summary>
/// <param name="TypeName">As generated code writes it.</param>
/// <param name="Form">What it is on the wire.</param>
/// <param name="Kind">Its kind in the compact form.</param>
/// <param name="IsReference">Whether it may be null.</param>
/// <param name="Method">How the compact reader and writer call a scalar.</param>
/// <param name="Cast">The number under an enum.</param>
/// <param name="Element">The items of a list, the values of a map, the value that may be null.</param>
/// <param name="Key">The keys of a map.</param>
/// <param name="Container">What holds the items of a list.</param>
/// <param name="Members">The members of an object.</param>
/// <param name="Computed">Members that are written only, which the compact form leaves out once their values were asked for.</param>
/// <param name="IsExact">Whether the compact form keeps all that the serializer keeps.</param>
/// <param name="IsDescribed">Whether the generator can tell the serializer all of it, for builds without reflection.</param>
/// <param name="Collection">How the serializer makes a list or map; empty where only reflection tells.</param>
internal sealed record WireType(
    string TypeName, WireForm Form, uint Kind, bool IsReference, string Method, string Cast, int Element, int Key, WireContainer Container,
    EquatableArray<WireMember> Members, EquatableArray<WireMember> Computed, bool IsExact, bool IsDescribed, string Collection)
{
    public static readonly WireType Unused = new(
        "", WireForm.Unused, 0, false, "", "", -1, -1, default, default, default, false, false, "");

    /// <summary>A type that has nothing but its name and what the serializer makes of it.</summary>
    public static WireType Opaque(string name, bool isReference) =>
        Unused with { TypeName = name, Form = WireForm.Opaque, IsReference = isReference };
}

/// <summary>A member that is written and read.</summary>
/// <param name="Name">In JSON.</param>
/// <param name="ClrName">In the source.</param>
/// <param name="DeclaringType">The type that declares it.</param>
/// <param name="OfStruct">Whether that is a value type.</param>
/// <param name="IsField">Whether it is a field.</param>
/// <param name="IsInit">Whether the compiler lets only an initializer set it.</param>
/// <param name="Type">The place of its type.</param>
/// <param name="Setter">How a new object gets its value.</param>
/// <param name="Position">Its place among the constructor's parameters; -1 where it is none.</param>
/// <param name="Parameter">The name of that parameter.</param>
/// <param name="Default">The default of that parameter.</param>
/// <param name="MustBeThere">Whether JSON without it is refused.</param>
internal sealed record WireMember(
    string Name,
    string ClrName,
    string DeclaringType,
    bool OfStruct,
    bool IsField,
    bool IsInit,
    int Type,
    WireSetter Setter,
    int Position,
    string Parameter,
    string? Default,
    bool MustBeThere);
