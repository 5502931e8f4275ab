using System;
using System.Collections.Generic;

namespace Fan.Shapes;

/// <summary>Which values can be read as which, in both codecs.</summary>
internal static class ScalarFit
{
    private static readonly Dictionary<string, int> Bits = new(StringComparer.Ordinal)
    {
        // Signed ones are negative.
        ["sbyte"] = -8,
        ["byte"] = 8,
        ["short"] = -16,
        ["ushort"] = 16,
        ["int"] = -32,
        ["uint"] = 32,
        ["long"] = -64,
        ["ulong"] = 64,
    };

    public static Fit Of(string writer, string reader)
    {
        if (writer == reader) return Fit.Full;
        if (Bits.TryGetValue(writer, out var from))
        {
            if (Bits.TryGetValue(reader, out var to)) return IsWithin(from, to) ? Fit.Full : Fit.Partly;
            return reader switch
            {
                "decimal" => Fit.Full,
                "double" => Math.Abs(from) <= 32 ? Fit.Full : Fit.Partly,
                "float" => Math.Abs(from) <= 16 ? Fit.Full : Fit.Partly,
                _ => Fit.None,
            };
        }

        if (writer == "float" && reader == "double") return Fit.Full;
        return writer == "double" && reader == "float" ? Fit.Partly : Fit.None;
    }

    private static bool IsWithin(int from, int to) => from < 0 ? to < 0 && to <= from : to > 0 ? to >= from : -to > from;
}
