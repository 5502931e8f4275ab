using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Fan.Generated;

/// <summary>What generated code calls to read and write the arguments of a method as a JSON object.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class JsonArguments
{
    private const string PathMark = " Path: ";

    /// <summary>Writes one argument.</summary>
    /// <exception cref="BadArgumentException">It can't be written: what its type or a converter threw.</exception>
    public static void Write<T>(Utf8JsonWriter writer, JsonEncodedText name, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(options);
        writer.WritePropertyName(name);
        try
        {
            WriteValue(writer, value, options);
        }
        catch (Exception error) when (error is not LimitExceededException && !IsTooDeep(error, writer))
        {
            throw new BadArgumentException(
                name.Value, $"Argument '{name.Value}' can't be written as JSON: {ExceptionText.MessageOf(error)}", error);
        }
    }

    /// <summary>Writes one argument that may be left out: its default is no JSON at all.</summary>
    public static void WriteOptional(Utf8JsonWriter writer, JsonEncodedText name, JsonElement value, JsonSerializerOptions options)
    {
        if (value.ValueKind != JsonValueKind.Undefined) Write(writer, name, value, options);
    }

    /// <summary>Writes one value; the primitives skip the serializer.</summary>
    public static void WriteValue<T>(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(options);
        if (typeof(T) == typeof(int))
        {
            writer.WriteNumberValue((int)(object)value!);
        }
        else if (typeof(T) == typeof(long))
        {
            writer.WriteNumberValue((long)(object)value!);
        }
        else if (typeof(T) == typeof(bool))
        {
            writer.WriteBooleanValue((bool)(object)value!);
        }
        else if (typeof(T) == typeof(string))
        {
            writer.WriteStringValue((string?)(object?)value);
        }
        else if (typeof(T) == typeof(Unit))
        {
            writer.WriteNullValue();
        }
        else
        {
            JsonSerializer.Serialize(writer, value, TypeInfo<T>(options));
        }
    }

    /// <summary>Reads one value; the primitives skip the serializer. The reader stands on the value's first token.</summary>
    public static T? ReadValue<T>(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (typeof(T) == typeof(int) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
        {
            return (T)(object)number;
        }

        if (typeof(T) == typeof(string) && reader.TokenType == JsonTokenType.String)
        {
            return (T)(object)reader.GetString()!;
        }

        if (typeof(T) == typeof(Unit))
        {
            reader.Skip();
            return default;
        }

        var info = TypeInfo<T>(options);
        return TryReadInPlace<T>(ref reader, info, options, out var value) ? value : JsonSerializer.Deserialize(ref reader, info);
    }

    /// <summary>Stands the reader on the object's start.</summary>
    /// <exception cref="BadArgumentException">The payload is no JSON object.</exception>
    public static void Begin(ref Utf8JsonReader reader, ServiceMethod method)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new BadArgumentException(
                "",
                $"The arguments of '{method.Name}' must be a JSON object, " +
                $"as {{{string.Join(", ", method.Description.Parameters.Select(p => $"\"{p.Name}\": …"))}}}.");
        }
    }

    /// <summary>Goes to the next argument and stands the reader on its value; false at the end of the object.</summary>
    /// <exception cref="BadArgumentException">The argument is unknown, or stands there twice.</exception>
    public static bool Next(ref Utf8JsonReader reader, ServiceMethod method, ref ulong seen, out int index)
    {
        ArgumentNullException.ThrowIfNull(method);
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            index = -1;
            return false;
        }

        var parameters = method.Description.Parameters;
        for (index = 0; index < parameters.Count; index++)
        {
            if (reader.ValueTextEquals(parameters[index].Name) || reader.ValueTextEquals(parameters[index].ClrName))
            {
                break;
            }
        }

        if (index == parameters.Count)
        {
            throw UnknownArgument(ref reader, method);
        }

        if ((seen & (1UL << index)) != 0)
        {
            throw new BadArgumentException(
                parameters[index].Name, $"Argument '{parameters[index].Name}' of '{method.Name}' is given twice.");
        }

        seen |= 1UL << index;
        reader.Read();
        return true;
    }

    /// <summary>Reads the value of the argument at <paramref name="index"/>.</summary>
    /// <exception cref="BadArgumentException">The value is not of the argument's type.</exception>
    public static T Read<T>(ref Utf8JsonReader reader, ServiceMethod method, int index, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(method);
        var parameter = method.Description.Parameters[index];
        if (reader.TokenType == JsonTokenType.Null)
        {
            if (!parameter.AllowsNull && typeof(T) != typeof(JsonElement))
            {
                throw new BadArgumentException(parameter.Name, $"Argument '{parameter.Name}' of '{method.Name}' must not be null.");
            }

            // To any other type its converter says what null is: to a JsonElement it is a value.
            if (typeof(T) == typeof(string)) return default!;
        }

        try
        {
            return ReadValue<T>(ref reader, options)!;
        }
        catch (Exception error) when (error is not BadArgumentException && IsKnown<T>(options))
        {
            var place = parameter.Name + PathOf(error);
            throw new BadArgumentException(
                place, $"Argument '{place}' of '{method.Name}' is no valid {TypeName(parameter.Type)}: {Reason(error)}", error);
        }
    }

    /// <summary>Checks that every argument that must be there was there.</summary>
    /// <exception cref="BadArgumentException">One is missing.</exception>
    public static void RequireAll(ServiceMethod method, ulong seen)
    {
        ArgumentNullException.ThrowIfNull(method);
        var parameters = method.Description.Parameters;
        var all = parameters.Count == 64 ? ulong.MaxValue : (1UL << parameters.Count) - 1;
        if (seen == all)
        {
            return;
        }

        for (var i = 0; i < parameters.Count; i++)
        {
            if ((seen & (1UL << i)) == 0 && !parameters[i].IsOptional)
            {
                throw new BadArgumentException(
                    parameters[i].Name, $"Argument '{parameters[i].Name}' ({TypeName(parameters[i].Type)}) of '{method.Name}' is missing.");
            }
        }
    }

    // The serializer looks through a value for its end before it reads it, for fear of a converter that reads too far. The
    // library's own converters of objects and collections do not, so they may read where the reader stands.
    private static bool TryReadInPlace<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> info, JsonSerializerOptions options, out T? value)
    {
        value = default;
        if (info.Kind == JsonTypeInfoKind.None
            || reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)
            || info.Converter is not JsonConverter<T> converter)
        {
            return false;
        }

        var start = reader;
        try
        {
            value = converter.Read(ref reader, typeof(T), options);
            return true;
        }
        catch (Exception)
        {
            // Read again by the serializer, whose error tells the place.
            reader = start;
            return false;
        }
    }

    private static BadArgumentException UnknownArgument(ref Utf8JsonReader reader, ServiceMethod method)
    {
        var name = Shorten(reader.GetString() ?? "");
        var known = method.Description.Parameters.Count == 0
            ? "it takes none"
            : "it takes " + string.Join(", ", method.Description.Parameters.Select(p => p.Name));
        return new BadArgumentException(name, $"'{method.Name}' has no argument '{name}'; {known}.");
    }

    /// <summary>Whether it was the depth that ended the writing of a value.</summary>
    internal static bool IsTooDeep(Exception error, Utf8JsonWriter writer) =>
        error is JsonException or InvalidOperationException && writer.CurrentDepth >= writer.Options.MaxDepth;

    /// <summary>What was wrong with a value, in one sentence.</summary>
    internal static string Reason(Exception error)
    {
        var message = ExceptionText.MessageOf(error);
        var end = message.IndexOf(PathMark, StringComparison.Ordinal);
        if (end >= 0) message = message[..end];
        return error is JsonException { LineNumber: { } line } json
            ? $"{message} (line {line + 1}, byte {json.BytePositionInLine})"
            : message;
    }

    // The serializer says where it was in members of some errors, in the text of others, and of what a user's code threw not at all.
    private static string PathOf(Exception error)
    {
        if (error is JsonException json) return json.Path is { Length: > 1 } path ? path[1..] : "";
        var message = error is NotSupportedException ? ExceptionText.MessageOf(error) : "";
        var start = message.IndexOf(PathMark + "$", StringComparison.Ordinal);
        if (start < 0) return "";
        var text = message.AsSpan(start + PathMark.Length + 1);
        return text.IndexOf(" |") is >= 0 and var end ? text[..end].ToString() : "";
    }

    private static string Shorten(string text) => ExceptionText.Cut(text, 65);

    private static string TypeName(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? inner.Name + "?" : type.Name;

    // What the application itself lacks is no fault of whoever sent the value.
    private static bool IsKnown<T>(JsonSerializerOptions options)
    {
        try
        {
            return TypeInfo<T>(options) is not null;
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            return false;
        }
    }

    private static JsonTypeInfo<T> TypeInfo<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
