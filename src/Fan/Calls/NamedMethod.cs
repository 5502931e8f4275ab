using System.Text.Json;
using Fan.Generated;

namespace Fan.Calls;

/// <summary>The arguments of a call by name: one JSON object, or nothing.</summary>
internal readonly record struct NamedArguments(JsonElement Json);

/// <summary>A method that is only known by name.</summary>
internal sealed class NamedMethod<TResult>(MethodDescription description) : UnaryMethod<NamedArguments, TResult>(description)
{
    public override void WriteArguments(Utf8JsonWriter writer, in NamedArguments args, JsonSerializerOptions options) => NamedMethods.Write(writer, args);

    public override NamedArguments ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) => throw new NotSupportedException();

    public override ValueTask<TResult> InvokeAsync(object service, NamedArguments args, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>A method with a sequence as its reply that is only known by name.</summary>
internal sealed class NamedStream(MethodDescription description) : StreamMethod<NamedArguments, JsonElement>(description)
{
    public override void WriteArguments(Utf8JsonWriter writer, in NamedArguments args, JsonSerializerOptions options) => NamedMethods.Write(writer, args);

    public override NamedArguments ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) => throw new NotSupportedException();

    public override IAsyncEnumerable<JsonElement> Invoke(object service, NamedArguments args, CancellationToken cancellationToken) => throw new NotSupportedException();
}

internal static class NamedMethods
{
    public static MethodDescription Describe<TResult>(string name, MethodKind kind) =>
        new() { Name = name, ClrName = name, Kind = kind, Parameters = [], ResultType = typeof(TResult), Fingerprint = "" };

    public static void Write(Utf8JsonWriter writer, in NamedArguments args)
    {
        if (args.Json.ValueKind == JsonValueKind.Object)
        {
            args.Json.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        writer.WriteEndObject();
    }
}
