using System;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fan.Generators.Reading;

/// <summary>Default values of parameters as source text that gives the same value, bit by bit.</summary>
internal static class Literals
{
    /// <summary>Null where the parameter says no value, or the default of its type.</summary>
    public static string? Of(IParameterSymbol parameter)
    {
        if (Value(parameter) is not { } value) return null;
        var type = parameter.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0]
            : parameter.Type;
        var text = value switch
        {
            bool b => b ? "true" : "false",
            string s => SymbolDisplay.FormatLiteral(s, quote: true),
            char c => FormattableString.Invariant($"(char){(int)c}"),
            float f => FormattableString.Invariant(
                $"global::System.BitConverter.Int32BitsToSingle({BitConverter.ToInt32(BitConverter.GetBytes(f), 0)})"),
            double d => FormattableString.Invariant($"global::System.BitConverter.Int64BitsToDouble({BitConverter.DoubleToInt64Bits(d)}L)"),
            decimal m => Decimal(m),
            DateTime t => FormattableString.Invariant($"new global::System.DateTime({t.Ticks}L)"),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => "default",
        };
        if (type.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr)
        {
            text = $"unchecked(({(type.SpecialType == SpecialType.System_IntPtr ? "nint" : "nuint")})({text}))";
        }
        return type.TypeKind == TypeKind.Enum ? $"unchecked(({type.InSource(SymbolDisplayFormat.FullyQualifiedFormat)})({text}))" : text;
    }

    /// <summary>The default as a contract's normal form has it.</summary>
    public static string ShapeOf(IParameterSymbol parameter, bool isNullable) => Value(parameter) switch
    {
        null => isNullable ? "null" : "default",
        bool b => b ? "true" : "false",
        string s => SymbolDisplay.FormatLiteral(s, quote: true),
        char c => SymbolDisplay.FormatLiteral(c, quote: true),
        float f => f.ToString("R", CultureInfo.InvariantCulture),
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        DateTime t => t.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => "default",
    };

    // What attributes say the compiler reads for some types only.
    private static object? Value(IParameterSymbol parameter)
    {
        if (parameter.HasExplicitDefaultValue && parameter.ExplicitDefaultValue is { } value) return value;
        var ticks = parameter.GetAttributes().FirstOrDefault(
            attribute => attribute.AttributeClass?.ToDisplayString() == "System.Runtime.CompilerServices.DateTimeConstantAttribute");
        return ticks?.ConstructorArguments.FirstOrDefault().Value is long of and >= 0 && of <= DateTime.MaxValue.Ticks
            ? new DateTime(of)
            : null;
    }

    private static string Decimal(decimal value)
    {
        var bits = decimal.GetBits(value);
        // The compiler passes a whole zero without its sign.
        if (value == 0 && (bits[3] & 0xff0000) == 0) return "0m";
        return FormattableString.Invariant(
            $"new decimal({bits[0]}, {bits[1]}, {bits[2]}, {(bits[3] < 0 ? "true" : "false")}, (byte){(bits[3] >> 16) & 0xff})");
    }
}
