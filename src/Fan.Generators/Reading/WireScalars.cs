using System.Collections.Generic;
using Fan.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Values that stand for themselves on the wire.</summary>
internal static class WireScalars
{
    // Of these the serializer alone knows the form.
    private static readonly HashSet<string> KnownToSerializer =
    [
        "System.Half", "System.Int128", "System.UInt128", "System.Version", "System.Memory<byte>", "System.Text.Json.JsonElement",
        "System.Text.Json.JsonDocument",
        "System.Text.Json.Nodes.JsonNode", "System.Text.Json.Nodes.JsonObject", "System.Text.Json.Nodes.JsonArray",
        "System.Text.Json.Nodes.JsonValue",
    ];

    /// <summary>How the runtime's reader and writer call it, and its kind; null where they do not know it.</summary>
    public static (string Method, uint Kind)? Of(ITypeSymbol type)
    {
        switch (type.SpecialType)
        {
            case SpecialType.System_Boolean: return ("Boolean", CompactWire.Unsigned);
            case SpecialType.System_Char: return ("Char", CompactWire.Unsigned);
            case SpecialType.System_Byte: return ("UInt8", CompactWire.Unsigned);
            case SpecialType.System_UInt16: return ("UInt16", CompactWire.Unsigned);
            case SpecialType.System_UInt32: return ("UInt32", CompactWire.Unsigned);
            case SpecialType.System_UInt64: return ("UInt64", CompactWire.Unsigned);
            case SpecialType.System_SByte: return ("SByte", CompactWire.Signed);
            case SpecialType.System_Int16: return ("Int16", CompactWire.Signed);
            case SpecialType.System_Int32: return ("Int32", CompactWire.Signed);
            case SpecialType.System_Int64: return ("Int64", CompactWire.Signed);
            case SpecialType.System_Single: return ("Single", CompactWire.Four);
            case SpecialType.System_Double: return ("Double", CompactWire.Eight);
            case SpecialType.System_Decimal: return ("Decimal", CompactWire.Sixteen);
            case SpecialType.System_String: return ("String", CompactWire.Bytes);
            case SpecialType.System_DateTime: return ("DateTime", CompactWire.Eight);
        }

        if (type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte }) return ("ByteArray", CompactWire.Bytes);
        return Name(type) switch
        {
            "System.Guid" => ("Guid", CompactWire.Sixteen),
            "System.DateTimeOffset" => ("DateTimeOffset", CompactWire.Sixteen),
            "System.DateOnly" => ("DateOnly", CompactWire.Unsigned),
            "System.TimeOnly" => ("TimeOnly", CompactWire.Eight),
            "System.TimeSpan" => ("TimeSpan", CompactWire.Eight),
            "System.Uri" => ("Uri", CompactWire.Bytes),
            "System.ReadOnlyMemory<byte>" => ("Memory", CompactWire.Bytes),
            _ => null,
        };
    }

    public static bool IsKnownToSerializer(ITypeSymbol type) => KnownToSerializer.Contains(Name(type));

    /// <summary>Whether JSON <c>null</c> is one of its values, whatever is said of null.</summary>
    public static bool HoldsNull(ITypeSymbol type) => Name(type) is "System.Text.Json.JsonElement" or "System.Text.Json.JsonDocument";

    /// <summary>Whether the serializer takes it as the name of a member.</summary>
    public static bool IsKey(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Enum
        || (Of(type) is not null && !IsBytes(type))
        || Name(type) is "System.Half" or "System.Int128" or "System.UInt128" or "System.Version"
        || (type is INamedTypeSymbol named && JsonAttributes.Converter(named) is not null);

    private static bool IsBytes(ITypeSymbol type) => Of(type) is ("ByteArray" or "Memory", _);

    private static string Name(ITypeSymbol type) => type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString();
}
