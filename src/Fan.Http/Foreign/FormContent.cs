using System.Net.Http.Headers;
using System.Text.Json;

namespace Fan.Http.Foreign;

/// <summary>Arguments as a form: multipart where one of them is a file, urlencoded otherwise.</summary>
internal static class FormContent
{
    public static HttpContent Create(JsonElement arguments, bool urlEncodedOnly) =>
        !urlEncodedOnly && arguments.EnumerateObject().Any(argument => Items(argument.Value).Exists(IsFile))
            ? Multipart(arguments)
            : new FormUrlEncodedContent(Fields(arguments));

    private static MultipartFormDataContent Multipart(JsonElement arguments)
    {
        var form = new MultipartFormDataContent();
        foreach (var argument in arguments.EnumerateObject())
        {
            foreach (var item in Items(argument.Value))
            {
                if (IsFile(item)) AddFile(form, argument.Name, item);
                else if (QueryText.Of(item) is { } text) form.Add(new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(text)), Quoted(argument.Name));
            }
        }

        return form;
    }

    private static void AddFile(MultipartFormDataContent form, string name, JsonElement file)
    {
        var content = new ByteArrayContent(file.GetProperty("content").GetBytesFromBase64());
        if (file.TryGetProperty("contentType", out var type) && MediaTypeHeaderValue.TryParse(type.GetString(), out var mediaType)) content.Headers.ContentType = mediaType;
        form.Add(content, Quoted(name), Quoted(file.GetProperty("fileName").GetString() is { Length: > 0 } given ? given : "file"));
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(JsonElement arguments)
    {
        foreach (var argument in arguments.EnumerateObject())
        {
            foreach (var item in Items(argument.Value))
            {
                if (QueryText.Of(item) is { } text) yield return new(argument.Name, text);
            }
        }
    }

    // In a form, a list is repeated fields.
    private static List<JsonElement> Items(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];

    private static bool IsFile(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("fileName", out var name) && name.ValueKind == JsonValueKind.String
        && value.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String;

    private static string Quoted(string name) => $"\"{name.Replace("\"", "%22", StringComparison.Ordinal).ReplaceLineEndings("%0A")}\"";
}
