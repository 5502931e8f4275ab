using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Fan.Http.Foreign;

/// <summary>Arguments as a form: multipart where one of them is a file, urlencoded otherwise.</summary>
internal static class FormContent
{
    /// <exception cref="BadArgumentException">A file's content is no base64.</exception>
    public static HttpContent Create(JsonElement arguments) =>
        arguments.EnumerateObject().Any(argument => Items(argument.Value).Exists(IsFile))
            ? Multipart(arguments)
            : new FormUrlEncodedContent(Fields(arguments));

    private static MultipartFormDataContent Multipart(JsonElement arguments)
    {
        var form = new MultipartFormDataContent { HeaderEncodingSelector = static (_, _) => Encoding.UTF8 };
        // Not every server takes the quotes that stand around it by default.
        foreach (var parameter in form.Headers.ContentType!.Parameters.Where(parameter => parameter.Name == "boundary"))
        {
            parameter.Value = parameter.Value!.Trim('"');
        }

        foreach (var argument in arguments.EnumerateObject())
        {
            foreach (var item in Items(argument.Value))
            {
                if (IsFile(item)) form.Add(File(argument.Name, item));
                else if (QueryText.Of(item) is { } text) form.Add(Part(Encoding.UTF8.GetBytes(text), $"name={Quoted(argument.Name)}"));
            }

            foreach (var key in Keys(argument.Value)) form.Add(Part(Encoding.UTF8.GetBytes(key), $"name={Quoted(argument.Name)}"));
        }

        return form;
    }

    private static ByteArrayContent File(string name, JsonElement file)
    {
        if (!file.GetProperty("content").TryGetBytesFromBase64(out var bytes))
        {
            throw new BadArgumentException(name + ".content", $"Argument '{name}' is a file whose content is no base64.");
        }

        var part = Part(
            bytes,
            $"name={Quoted(name)}; filename={Quoted(file.GetProperty("fileName").GetString() is { Length: > 0 } given ? given : "file")}");
        if (file.TryGetProperty("contentType", out var type)
            && type.ValueKind == JsonValueKind.String
            && MediaTypeHeaderValue.TryParse(type.GetString(), out var mediaType))
        {
            part.Headers.ContentType = mediaType;
        }

        return part;
    }

    // Written by hand, as the library adds a second form of the file name that older servers take for the name itself.
    private static ByteArrayContent Part(byte[] bytes, string disposition)
    {
        var part = new ByteArrayContent(bytes);
        part.Headers.TryAddWithoutValidation("Content-Disposition", "form-data; " + disposition);
        return part;
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(JsonElement arguments)
    {
        foreach (var argument in arguments.EnumerateObject())
        {
            foreach (var item in Items(argument.Value))
            {
                if (QueryText.Of(item) is { } text) yield return new(argument.Name, text);
            }

            foreach (var key in Keys(argument.Value)) yield return new(argument.Name, key);
        }
    }

    // In a form, a list is repeated fields.
    private static List<JsonElement> Items(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => [.. value.EnumerateArray()],
        JsonValueKind.Object when !IsFile(value) => [],
        _ => [value],
    };

    // Of an object, micro-fan sends the keys.
    private static IEnumerable<string> Keys(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && !IsFile(value) ? value.EnumerateObject().Select(member => member.Name) : [];

    private static bool IsFile(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("fileName", out var name) && name.ValueKind == JsonValueKind.String
        && value.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String;

    private static string Quoted(string name) => $"\"{name.Replace("\"", "%22", StringComparison.Ordinal).ReplaceLineEndings("%0A")}\"";
}
