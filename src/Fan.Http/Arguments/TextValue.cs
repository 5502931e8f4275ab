using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Fan.Http.Arguments;

/// <summary>Turns the text of an argument, as it stands in a URL or form, into JSON of the argument's type.</summary>
/// <remarks>What is none of the type goes on as a text: the method's own decoder refuses it, and names the argument.</remarks>
internal static class TextValue
{
    /// <summary>
    /// Writes one value. A list takes repeated texts, or one text with commas; in a form, where it repeats its name, a single text of a
    /// list of texts is its only item.
    /// </summary>
    public static void Write(Utf8JsonWriter writer, Type type, IReadOnlyList<string> texts, bool isField, int maxDepth)
    {
        if (ItemType(type) is not { } item)
        {
            // A single value that is given several times is no value of the type.
            if (texts.Count == 1) WriteOne(writer, type, texts[0], maxDepth);
            else WriteAll(writer, typeof(string), texts, maxDepth);
            return;
        }

        if (isField && item == typeof(string))
        {
            WriteAll(writer, item, texts, maxDepth);
            return;
        }

        if (texts.Count == 1 && texts[0].StartsWith('[') && TryWriteJson(writer, texts[0], maxDepth)) return;
        WriteAll(writer, item, texts.Count > 1 ? texts : texts[0].Length == 0 ? [] : texts[0].Split(','), maxDepth);
    }

    /// <summary>The type of a list's items; null for what is no list.</summary>
    public static Type? ItemType(Type type)
    {
        if (type == typeof(byte[])) return null;
        if (type.IsArray) return type.GetElementType();
        return type.IsGenericType
            && type.GetGenericArguments() is [var item]
            && Nullable.GetUnderlyingType(type) is null
            && typeof(System.Collections.IEnumerable).IsAssignableFrom(type)
            ? item
            : null;
    }

    private static void WriteAll(Utf8JsonWriter writer, Type item, IReadOnlyList<string> texts, int maxDepth)
    {
        writer.WriteStartArray();
        foreach (var text in texts) WriteOne(writer, item, text, maxDepth - 1);
        writer.WriteEndArray();
    }

    private static void WriteOne(Utf8JsonWriter writer, Type type, string text, int maxDepth)
    {
        var plain = Nullable.GetUnderlyingType(type);
        if (plain is not null && text.Length == 0)
        {
            writer.WriteNullValue();
        }
        else if (!TryWriteScalar(writer, plain ?? type, text) && !(text.StartsWith('{') && TryWriteJson(writer, text, maxDepth)))
        {
            writer.WriteStringValue(text);
        }
    }

    private static bool TryWriteScalar(Utf8JsonWriter writer, Type type, string text)
    {
        if (type == typeof(string))
        {
            writer.WriteStringValue(text);
        }
        else if (type.IsEnum && Enum.TryParse(type, text, ignoreCase: true, out var member))
        {
            writer.WriteNumberValue(Convert.ToDecimal(member, CultureInfo.InvariantCulture));
        }
        else if (type == typeof(bool) && bool.TryParse(text, out var flag))
        {
            writer.WriteBooleanValue(flag);
        }
        else if (IsNumber(type) && IsJsonNumber(text))
        {
            writer.WriteRawValue(text, skipInputValidation: true);
        }
        else
        {
            return false;
        }

        return true;
    }

    private static bool IsNumber(Type type) => !type.IsEnum && System.Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal;

    private static bool IsJsonNumber(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryWriteJson(Utf8JsonWriter writer, string text, int maxDepth)
    {
        // To the parser zero is its default.
        if (maxDepth == 0) return false;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = maxDepth });
            document.RootElement.WriteTo(writer);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
