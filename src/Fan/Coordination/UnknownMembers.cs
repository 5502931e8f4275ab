using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Fan.Coordination;

/// <summary>
/// Members of a node's JSON that this version of Fan does not know: a later one wrote them, so they are written again as they are.
/// </summary>
internal static class UnknownMembers
{
    public static readonly ImmutableSortedDictionary<string, string> None =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The members besides those that are known, as they stand there.</summary>
    public static ImmutableSortedDictionary<string, string> Of(JsonElement root, FrozenSet<string> known)
    {
        var unknown = None;
        foreach (var member in root.EnumerateObject())
        {
            if (!known.Contains(member.Name)) unknown = unknown.SetItem(member.Name, member.Value.GetRawText());
        }

        return unknown;
    }

    public static void Write(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> unknown)
    {
        foreach (var (name, text) in unknown)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(text);
        }
    }
}
