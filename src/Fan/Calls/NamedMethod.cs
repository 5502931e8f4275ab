using System.Text.Json;
using Fan.Generated;

namespace Fan.Calls;

/// <summary>The arguments of a call by name: one JSON object, or nothing.</summary>
internal readonly record struct NamedArguments(JsonElement Json);

/// <summary>A method that is only known by name: what a contract would say of it, its endpoints publish.</summary>
internal interface INamedMethod;

/// <summary>A method that is only known by name.</summary>
internal sealed class NamedMethod<TResult>(MethodDescription description) : UnaryMethod<NamedArguments, TResult>(description), INamedMethod
{
    public override void WriteArguments(Utf8JsonWriter writer, in NamedArguments args, JsonSerializerOptions options) =>
        NamedMethods.Write(writer, args);

    public override NamedArguments ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override ValueTask<TResult> InvokeAsync(object service, NamedArguments args, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

/// <summary>A method with a sequence as its reply that is only known by name.</summary>
internal sealed class NamedStream(MethodDescription description) : StreamMethod<NamedArguments, JsonElement>(description), INamedMethod
{
    public override void WriteArguments(Utf8JsonWriter writer, in NamedArguments args, JsonSerializerOptions options) =>
        NamedMethods.Write(writer, args);

    public override NamedArguments ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override IAsyncEnumerable<JsonElement> Invoke(object service, NamedArguments args, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

internal static class NamedMethods
{
    public static MethodDescription Describe<TResult>(string name, MethodKind kind) =>
        new() { Name = name, ClrName = name, Kind = kind, Parameters = [], ResultType = typeof(TResult), Fingerprint = "" };

    /// <exception cref="BadArgumentException">One has a text that is no Unicode.</exception>
    public static void Write(Utf8JsonWriter writer, in NamedArguments args)
    {
        if (args.Json.ValueKind != JsonValueKind.Object)
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
            return;
        }

        try
        {
            args.Json.WriteTo(writer);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            RequireUnicode(args.Json);
            throw;
        }
    }

    private static void RequireUnicode(JsonElement arguments)
    {
        using var writer = new Utf8JsonWriter(Stream.Null);
        writer.WriteStartObject();
        foreach (var argument in arguments.EnumerateObject())
        {
            var name = "";
            try
            {
                name = argument.Name;
                argument.WriteTo(writer);
            }
            catch (Exception error) when (error is InvalidOperationException or ArgumentException)
            {
                throw new BadArgumentException(
                    name,
                    $"{(name.Length == 0 ? "The name of an argument" : $"Argument '{name}'")} can't be written as JSON: {error.Message}",
                    error);
            }
        }
    }
}
