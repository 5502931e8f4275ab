using System.Text.Json.Serialization;
using Fan.Shapes;

namespace Fan.Cli.Listing;

/// <summary>Whether callers of one version can call another one.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Compatibility>))]
internal enum Compatibility
{
    [JsonStringEnumMemberName("yes")]
    Yes,

    /// <summary>They can, and not every value arrives.</summary>
    [JsonStringEnumMemberName("partly")]
    Partly,

    /// <summary>Endpoints do not publish enough.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    [JsonStringEnumMemberName("no")]
    No,
}

/// <summary>What is different in the methods and types of two versions of a service, as their endpoints publish them.</summary>
internal sealed record ContractDifference
{
    public required string Service { get; init; }

    public required string Old { get; init; }

    public required string New { get; init; }

    /// <summary>Whether what was made for the old one can call the new one: the worst of its methods.</summary>
    public required Compatibility OldCallers { get; init; }

    /// <summary>The reverse.</summary>
    public required Compatibility NewCallers { get; init; }

    public required IReadOnlyList<MethodDifference> Methods { get; init; }

    /// <summary>What was added to types, taken from them or changed in them.</summary>
    public required IReadOnlyList<MemberDifference> Members { get; init; }

    /// <summary>How many methods are the same.</summary>
    public required int Same { get; init; }

    public static ContractDifference Of(string service, VersionReport old, VersionReport changed)
    {
        var compared = ContractComparison.Of(old.Shape(service), changed.Shape(service), old.Version, changed.Version);
        var changes = compared.Methods.Where(method => !IsAlike(Find(old, method.Name), Find(changed, method.Name))).ToList();
        // Two that are described alike and have two fingerprints: what is different was not told.
        var untold = old.Methods.Where(method => changes.TrueForAll(known => known.Name != method.Name)
            && changed.Methods.Any(other => other.Name == method.Name && other.Fingerprint != method.Fingerprint))
            .Where(_ => old.Types.Count == 0 || changed.Types.Count == 0)
            .Select(method => new MethodComparison(
                method.Name,
                "changed",
                Fit.Unknown,
                Fit.Unknown,
                [],
                ["its fingerprint is another one, and what its types contain is not published"]));
        var methods = changes.Concat(untold).OrderBy(method => method.Name, StringComparer.Ordinal)
            .Select(method => new MethodDifference(
                method.Change,
                Find(old, method.Name),
                Find(changed, method.Name),
                Of(method.OldCallers),
                Of(method.NewCallers),
                method.Why)).ToList();
        return new ContractDifference
        {
            Service = service,
            Old = old.Version,
            New = changed.Version,
            OldCallers = methods.Select(method => method.OldCallers).Append(Compatibility.Yes).Max(),
            NewCallers = methods.Select(method => method.NewCallers).Append(Compatibility.Yes).Max(),
            Methods = methods,
            Members = [.. compared.Members.Select(
                member => new MemberDifference(member.Change, member.Type, member.Member, member.Old, member.New))],
            Same = compared.Methods.Count + compared.Same - methods.Count,
        };
    }

    // What has no fingerprint and no arguments is not ours: there is no more to be known of it.
    private static bool IsAlike(MethodReport? old, MethodReport? changed) =>
        old is not null
        && changed is not null
        && old.Kind == changed.Kind
        && old.Idempotent == changed.Idempotent
        && old.Fingerprint == changed.Fingerprint
        && (old.Fingerprint is not null || (old.Parameters is null && changed.Parameters is null && old.Result == changed.Result));

    private static MethodReport? Find(VersionReport version, string name) => version.Methods.FirstOrDefault(method => method.Name == name);

    private static Compatibility Of(Fit fit) => fit switch
    {
        Fit.Full => Compatibility.Yes,
        Fit.Partly => Compatibility.Partly,
        Fit.Unknown => Compatibility.Unknown,
        _ => Compatibility.No
    };
}

/// <summary>A method that is not the same in both.</summary>
/// <param name="Change">added, removed or changed.</param>
/// <param name="Old">The method of the old version; null where it has none.</param>
/// <param name="New">The method of the new version; null where it has none.</param>
/// <param name="OldCallers">Whether callers of the old one can call the new one.</param>
/// <param name="NewCallers">The reverse.</param>
/// <param name="Why">What stands against one of them, a clause each.</param>
internal sealed record MethodDifference(
    string Change, MethodReport? Old, MethodReport? New, Compatibility OldCallers, Compatibility NewCallers, IReadOnlyList<string> Why);

/// <summary>A member of a type that is not the same in both.</summary>
/// <param name="Change">added, removed or changed.</param>
/// <param name="Type">The type.</param>
/// <param name="Member">The member, or the value of an enum.</param>
/// <param name="Old">Its line in the old version; null where that has none.</param>
/// <param name="New">Its line in the new version; null where that has none.</param>
internal sealed record MemberDifference(string Change, string Type, string Member, string? Old, string? New);
