using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Fan.Coordination;
using Fan.Routing;
using Fan.Versions;
using Semver;

namespace Fan.Tree;

/// <summary>What the tree says of one service: which of its versions take calls, and in what proportion. Immutable.</summary>
internal sealed class RouteEntry
{
    /// <summary>The whole of the weights.</summary>
    public const int WholeWeight = 100;

    private const int MaxVersions = 32;
    private const int MaxTextLength = 128;

    /// <summary>The most keys that are listed for one service.</summary>
    public const int MaxKeys = 10_000;

    private static readonly ImmutableSortedDictionary<string, int> NoKeys =
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Members = FrozenSet.Create(
        StringComparer.Ordinal, "versions", "sticky", "alias", "override", "shards", "keys");

    private static readonly JsonDocumentOptions Strictness = new() { MaxDepth = 8 };

    private RouteEntry(
        ImmutableArray<VersionWeight> versions,
        string? sticky,
        string? alias,
        bool allowsOverride,
        ImmutableSortedDictionary<int, string> assigned,
        ImmutableSortedDictionary<string, int> keys)
    {
        Keys = keys;
        Assigned = assigned;
        Versions = versions;
        Sticky = sticky;
        Alias = alias;
        AllowsOverride = allowsOverride;
    }

    /// <summary>The active versions, the highest first; empty where every version is one.</summary>
    public ImmutableArray<VersionWeight> Versions { get; }

    /// <summary>
    /// What keeps a caller with one version: <c>user</c>, <c>shard</c>, or the name of a baggage member; null keeps a call tree with one.
    /// </summary>
    public string? Sticky { get; }

    /// <summary>The service that takes its calls instead; null where it does itself.</summary>
    public string? Alias { get; }

    /// <summary>Whether a caller may ask for another version by baggage, see <see cref="VersionChoice.OverrideMember"/>.</summary>
    public bool AllowsOverride { get; }

    /// <summary>The shards that have an owner by name; the others fall to whom everybody computes.</summary>
    public ImmutableSortedDictionary<int, string> Assigned { get; }

    /// <summary>The shards of keys that are listed, as the keys travel; the others divide by their hash.</summary>
    public ImmutableSortedDictionary<string, int> Keys { get; }

    // What a later version of Fan says of the service: kept as it is.
    private ImmutableSortedDictionary<string, string> Unknown { get; init; } = UnknownMembers.None;

    /// <summary>What it says of who takes the calls, as one text.</summary>
    public string CallsText => Create(Versions, Sticky, Alias, AllowsOverride).ToJson();

    /// <summary>What only later versions of Fan know of it, as one text.</summary>
    public string UnknownText => string.Join('\n', Unknown.Select(member => $"{member.Key}:{member.Value}"));

    /// <summary>Whether calls go to one version only.</summary>
    public bool IsSingle => Versions.Count(version => version.Weight > 0) == 1;

    public static RouteEntry Create(
        IEnumerable<VersionWeight> versions,
        string? sticky = null,
        string? alias = null,
        bool allowsOverride = false,
        ImmutableSortedDictionary<int, string>? assigned = null,
        ImmutableSortedDictionary<string, int>? keys = null)
    {
        var sorted = versions.OrderByDescending(version => version.Version, SemVersion.SortOrderComparer).ToImmutableArray();
        if (Problem(sorted, sticky) is { } problem) throw new FormatException(problem);
        return new RouteEntry(
            sorted, sticky, alias, allowsOverride, assigned ?? ImmutableSortedDictionary<int, string>.Empty, keys ?? NoKeys);
    }

    /// <summary>Who takes the calls of one, the shards and keys of another, and what later versions of Fan say of a third.</summary>
    public static RouteEntry Combine(RouteEntry calls, RouteEntry shards, RouteEntry unknown) =>
        new(calls.Versions, calls.Sticky, calls.Alias, calls.AllowsOverride, shards.Assigned, shards.Keys) { Unknown = unknown.Unknown };

    /// <summary>The same with other owners by name; null gives a shard back.</summary>
    public RouteEntry Assign(IEnumerable<KeyValuePair<int, string?>> owners)
    {
        var assigned = Assigned;
        foreach (var (shard, owner) in owners) assigned = owner is null ? assigned.Remove(shard) : assigned.SetItem(shard, owner);
        return new RouteEntry(Versions, Sticky, Alias, AllowsOverride, assigned, Keys) { Unknown = Unknown };
    }

    /// <summary>The same with keys listed otherwise; null takes a key off the list.</summary>
    /// <exception cref="FormatException">There would be too many.</exception>
    public RouteEntry List(IEnumerable<KeyValuePair<string, int?>> shards)
    {
        var keys = Keys;
        foreach (var (key, shard) in shards) keys = shard is { } number ? keys.SetItem(key, number) : keys.Remove(key);
        return keys.Count <= MaxKeys
            ? new RouteEntry(Versions, Sticky, Alias, AllowsOverride, Assigned, keys) { Unknown = Unknown }
            : throw new FormatException($"A service has at most {MaxKeys} listed keys; these would be {keys.Count}.");
    }

    /// <summary>What a service's route becomes: what a change of calls says nothing of stays.</summary>
    public static RouteEntry? Change(RouteEntry? before, RouteEntry? after)
    {
        if (before is null) return after;
        // A proxy goes by the versions of the service that it stands before.
        if (after is { Alias: not null, Versions.IsEmpty: true })
        {
            return new RouteEntry(
                before.Versions,
                after.Sticky ?? before.Sticky,
                after.Alias,
                before.AllowsOverride || after.AllowsOverride,
                before.Assigned,
                before.Keys)
            {
                Unknown = before.Unknown
            };
        }

        // Who owns which shard is another matter, and so is what only later versions of Fan know.
        return before.Assigned.IsEmpty && before.Keys.IsEmpty && before.Unknown.IsEmpty
            ? after
            : new RouteEntry(
                after?.Versions ?? [], after?.Sticky, after?.Alias, after?.AllowsOverride == true, before.Assigned, before.Keys)
            {
                Unknown = before.Unknown
            };
    }

    /// <exception cref="FormatException">It is no route; the message says what is wrong with it.</exception>
    public static RouteEntry Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strictness);
            var root = document.RootElement;
            var versions = new List<VersionWeight>();
            if (root.TryGetProperty("versions", out var listed))
            {
                foreach (var member in listed.EnumerateObject())
                {
                    if (!ServiceVersion.TryParse(member.Name, out var version))
                    {
                        throw new FormatException($"'{Messaging.HeaderText.Shorten(member.Name)}' is no version.");
                    }

                    versions.Add(new VersionWeight(member.Name, version, member.Value.GetInt32()));
                }
            }

            var entry = Create(
                versions,
                root.TryGetProperty("sticky", out var sticky) ? sticky.GetString() : null,
                root.TryGetProperty("alias", out var alias) ? ServiceName.Parse(alias.GetString() ?? "").Canonical : null,
                root.TryGetProperty("override", out var overriding) && overriding.GetBoolean(),
                root.TryGetProperty("shards", out var shards) ? Owners(shards) : null,
                root.TryGetProperty("keys", out var keys) ? KeysOf(keys) : null);
            return new RouteEntry(
                entry.Versions, entry.Sticky, entry.Alias, entry.AllowsOverride, entry.Assigned, entry.Keys)
            {
                Unknown = UnknownMembers.Of(root, Members)
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The route is not what Fan writes: {error.Message}", error);
        }
    }

    public string ToJson()
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        if (Versions.Length > 0)
        {
            json.WriteStartObject("versions");
            foreach (var version in Versions) json.WriteNumber(version.Text, version.Weight);
            json.WriteEndObject();
        }

        if (Sticky is not null) json.WriteString("sticky", Sticky);
        if (Alias is not null) json.WriteString("alias", Alias);
        if (AllowsOverride) json.WriteBoolean("override", true);
        if (Assigned.Count > 0)
        {
            json.WriteStartObject("shards");
            foreach (var (shard, owner) in Assigned) json.WriteString(shard.ToString(CultureInfo.InvariantCulture), owner);
            json.WriteEndObject();
        }

        if (Keys.Count > 0)
        {
            json.WriteStartObject("keys");
            foreach (var (key, shard) in Keys) json.WriteNumber(key, shard);
            json.WriteEndObject();
        }

        UnknownMembers.Write(json, Unknown);

        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public override string ToString()
    {
        var text = string.Join(
            ", ",
            Versions.Select(version => Versions.Length == 1
                ? version.Text
                : string.Create(CultureInfo.InvariantCulture, $"{version.Text} {version.Weight} %")));
        // The versions are those of the service itself, and not of what takes its calls.
        return Alias is null ? text : text.Length == 0 ? $"'{Alias}'" : $"{text} behind '{Alias}'";
    }

    private static ImmutableSortedDictionary<int, string> Owners(JsonElement shards)
    {
        var owners = ImmutableSortedDictionary.CreateBuilder<int, string>();
        foreach (var member in shards.EnumerateObject())
        {
            owners[int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
                && shard < Sharding.ShardPlan.MaxShards
                ? shard
                : throw new FormatException($"'{Messaging.HeaderText.Shorten(member.Name)}' is no shard.")]
                = member.Value.GetString() ?? throw new FormatException($"Shard {shard} has no owner.");
        }

        return owners.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, int> KeysOf(JsonElement listed)
    {
        var keys = NoKeys.ToBuilder();
        foreach (var member in listed.EnumerateObject())
        {
            keys[member.Name] = member.Value.TryGetInt32(out var shard) && shard is >= 0 and < Sharding.ShardPlan.MaxShards
                ? shard
                : throw new FormatException($"Key '{Messaging.HeaderText.Shorten(member.Name)}' has no shard.");
            if (keys.Count > MaxKeys) throw new FormatException($"More than {MaxKeys} keys are listed.");
        }

        return keys.ToImmutable();
    }

    private static string? Problem(ImmutableArray<VersionWeight> versions, string? sticky)
    {
        if (versions.Length > MaxVersions) return $"A service has at most {MaxVersions} active versions; these are {versions.Length}.";
        if (sticky is { Length: 0 or > MaxTextLength }) return $"What a split is sticky by has 1 to {MaxTextLength} characters.";
        for (var i = 1; i < versions.Length; i++)
        {
            if (SemVersion.ComparePrecedence(versions[i - 1].Version, versions[i].Version) == 0)
            {
                return $"Version {versions[i].Text} is named twice.";
            }
        }

        if (versions.FirstOrDefault(version => version.Weight is < 0 or > WholeWeight) is { Text: not null } wrong)
        {
            return $"The weight of {wrong.Text} must be from 0 to {WholeWeight}; it is {wrong.Weight}.";
        }

        var sum = versions.Sum(version => version.Weight);
        return versions.Length > 0 && sum != WholeWeight
            ? $"The weights of the versions must add up to {WholeWeight}; they add up to {sum}."
            : null;
    }
}

/// <summary>An active version.</summary>
/// <param name="Text">As it is registered.</param>
/// <param name="Version">The same, parsed.</param>
/// <param name="Weight">Its share of the calls, in percent; with 0 it takes those only that can't have another.</param>
internal readonly record struct VersionWeight(string Text, SemVersion Version, int Weight);
