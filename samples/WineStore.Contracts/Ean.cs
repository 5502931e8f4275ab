using System.Globalization;

namespace WineStore.Contracts;

/// <summary>Barcodes of 8 or 13 digits, the last of which checks the others.</summary>
public static class Ean
{
    /// <summary>The barcode of a number.</summary>
    public static string Write(int digits, int number)
    {
        var text = number.ToString("D" + (digits - 1), CultureInfo.InvariantCulture);
        return text + Check(text);
    }

    /// <summary>The number of a barcode that has so many digits; false where it is none.</summary>
    public static bool TryRead(int digits, string code, out int number)
    {
        number = 0;
        return code?.Length == digits && code.All(char.IsAsciiDigit) && code[^1] == Check(code[..^1])
            && int.TryParse(code.AsSpan(0, digits - 1), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    // From the right the digits count three times and once by turns.
    private static char Check(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++) sum += (digits[^(i + 1)] - '0') * (i % 2 == 0 ? 3 : 1);
        return (char)('0' + ((10 - (sum % 10)) % 10));
    }
}
