using System.Diagnostics.CodeAnalysis;
using System.Dynamic;
using System.Globalization;
using System.Text.Json;
using Fan.Messaging;

namespace Fan.Calls;

/// <summary>A service path that C# <c>dynamic</c> builds member by member, until the last one is invoked.</summary>
[RequiresDynamicCode("C# dynamic binds at run time.")]
[RequiresUnreferencedCode("C# dynamic binds at run time.")]
internal sealed class DynamicPath(NamedCalls calls, JsonCodec codec, string path) : DynamicObject
{
    public override bool TryGetMember(GetMemberBinder binder, out object? result)
    {
        result = new DynamicPath(calls, codec, path.Length == 0 ? binder.Name : $"{path}.{binder.Name}");
        return true;
    }

    public override bool TryGetIndex(GetIndexBinder binder, object[] indexes, out object? result)
    {
        if (indexes.Length != 1)
        {
            throw new ArgumentException($"A shard key is one value; '{path}' was given {indexes.Length}.", nameof(indexes));
        }

        result = new DynamicPath(calls, codec, $"{path}[{Convert.ToString(indexes[0], CultureInfo.InvariantCulture)}]");
        return true;
    }

    public override bool TryInvokeMember(InvokeMemberBinder binder, object?[]? args, out object? result)
    {
        var values = args ?? [];
        result = InvokeAsync(CallPath.Parse($"{path}.{binder.Name}"), values, [.. binder.CallInfo.ArgumentNames]);
        return true;
    }

    public override string ToString() => path;

    private async Task<JsonElement> InvokeAsync(CallPath target, object?[] values, List<string> names)
    {
        // A trailing token is not an argument of the service.
        var token = CancellationToken.None;
        if (values.Length > 0 && values[^1] is CancellationToken given) (token, values) = (given, values[..^1]);
        if (names.Count > values.Length) names.RemoveAt(names.Count - 1);

        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        var positional = values.Length - names.Count;
        if (positional > 0)
        {
            var published = await calls.ParameterNamesAsync(target, token).ConfigureAwait(false)
                ?? throw new BadArgumentException(
                    "", $"'{target.Service}.{target.Method}' does not publish its parameters: name the arguments.");
            if (positional > published.Count)
            {
                throw new BadArgumentException(
                    "", $"'{target.Service}.{target.Method}' takes {published.Count} arguments; it was given {values.Length}.");
            }

            for (var i = 0; i < positional; i++) named[published[i]] = values[i];
        }

        for (var i = 0; i < names.Count; i++)
        {
            if (!named.TryAdd(names[i], values[positional + i]))
            {
                throw new BadArgumentException(names[i], $"Argument '{names[i]}' of '{target.Method}' is given twice.");
            }
        }

        return await calls.CallAsync<JsonElement>(target, Write(target, named), null, token).ConfigureAwait(false);
    }

    private JsonElement Write(CallPath target, Dictionary<string, object?> named)
    {
        var written = new Dictionary<string, JsonElement>(named.Count, StringComparer.Ordinal);
        foreach (var (name, value) in named)
        {
            try
            {
                written[name] = JsonSerializer.SerializeToElement(value, codec.Options);
            }
            catch (Exception error)
            {
                throw new BadArgumentException(
                    name, $"Argument '{name}' of '{target.Method}' can't be written as JSON: {ExceptionText.MessageOf(error)}", error);
            }
        }

        return JsonSerializer.SerializeToElement(written, codec.Options);
    }
}
