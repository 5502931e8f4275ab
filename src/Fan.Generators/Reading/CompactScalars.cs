using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>The values that the runtime's reader and writer have a method for, and how they stand on the wire.</summary>
internal static class CompactScalars
{
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
        return type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString() switch
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
}
