using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>A property or field that the serializer of JSON takes.</summary>
/// <param name="Symbol">It.</param>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its name in JSON.</param>
/// <param name="IsWritten">Whether JSON has its value.</param>
/// <param name="Setter">What a new object's value is given by; null where it can't be given.</param>
/// <param name="IsRequired">Whether JSON without it is refused.</param>
/// <param name="IsPlain">
/// Whether nothing about it is out of the ordinary: no attribute that changes its form, nothing of it hidden from generated code.
/// </param>
internal sealed record JsonMember(
    ISymbol Symbol, ITypeSymbol Type, string Name, bool IsWritten, JsonSetter? Setter, bool IsRequired, bool IsPlain)
{
    public bool IsField => Symbol is IFieldSymbol;

    /// <summary>Dropped by <c>[JsonIgnore]</c>, always.</summary>
    public bool IsIgnored => JsonAttributes.IsIgnored(Symbol);

    /// <summary>Holds whatever the other members do not.</summary>
    public bool IsRest => JsonAttributes.Has(Symbol, "JsonExtensionDataAttribute");
}

internal enum JsonSetter
{
    Set,
    Init,
}
