using System.Text.Json.Serialization;

namespace Fan.Cli.Listing;

/// <summary>Whether callers of one version can call another one.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Compatibility>))]
internal enum Compatibility
{
    [JsonStringEnumMemberName("yes")]
    Yes,

    /// <summary>The members of a type differ, which endpoints publish as a fingerprint only.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    [JsonStringEnumMemberName("no")]
    No,
}

/// <summary>What is different in the methods of two versions of a service, as their endpoints publish them.</summary>
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

    /// <summary>How many methods are the same.</summary>
    public required int Same { get; init; }

    public static ContractDifference Of(string service, VersionReport old, VersionReport changed)
    {
        var names = old.Methods.Concat(changed.Methods).Select(method => method.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var methods = names.Select(name => MethodDifference.Of(old.Methods.FirstOrDefault(method => method.Name == name), changed.Methods.FirstOrDefault(method => method.Name == name)))
            .OfType<MethodDifference>().ToList();
        return new ContractDifference
        {
            Service = service,
            Old = old.Version,
            New = changed.Version,
            OldCallers = methods.Select(method => method.OldCallers).Append(Compatibility.Yes).Max(),
            NewCallers = methods.Select(method => method.NewCallers).Append(Compatibility.Yes).Max(),
            Methods = methods,
            Same = names.Count - methods.Count,
        };
    }
}

/// <summary>A method that is not the same in both.</summary>
/// <param name="Change">added, removed or changed.</param>
/// <param name="Old">The method of the old version; null where it has none.</param>
/// <param name="New">The method of the new version; null where it has none.</param>
/// <param name="OldCallers">Whether callers of the old one can call the new one.</param>
/// <param name="NewCallers">The reverse.</param>
/// <param name="Why">What stands against one of them, a clause each.</param>
internal sealed record MethodDifference(string Change, MethodReport? Old, MethodReport? New, Compatibility OldCallers, Compatibility NewCallers, IReadOnlyList<string> Why)
{
    public static MethodDifference? Of(MethodReport? old, MethodReport? changed)
    {
        if (old is null) return new MethodDifference("added", null, changed, Compatibility.Yes, Compatibility.No, []);
        if (changed is null) return new MethodDifference("removed", old, null, Compatibility.No, Compatibility.Yes, []);
        if (old.Fingerprint == changed.Fingerprint && old.Kind == changed.Kind && (old.Fingerprint is not null || Same(old, changed))) return null;
        var why = new List<string>();
        var forOld = Callers(old, changed, why);
        var forNew = Callers(changed, old, why);
        return new MethodDifference("changed", old, changed, forOld, forNew, [.. why.Distinct(StringComparer.Ordinal)]);
    }

    // What the caller sends, and what it understands of the reply.
    private static Compatibility Callers(MethodReport caller, MethodReport service, List<string> why)
    {
        if (caller.Kind != service.Kind) return Because(Compatibility.No, $"it is {Kind(caller)} in one and {Kind(service)} in the other");
        if (caller.Parameters is null || service.Parameters is null) return Because(Compatibility.Unknown, "its arguments are not published");
        var found = Compatibility.Yes;
        var taken = service.Parameters.Select(Parameter.Parse).ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        foreach (var sent in caller.Parameters.Select(Parameter.Parse))
        {
            if (!taken.Remove(sent.Name, out var known)) found = Because(Compatibility.No, $"only one has the argument {sent.Name}");
            else if (known.Type != sent.Type) found = Because(Compatibility.No, $"{sent.Name} is of type {sent.Type} in one and {known.Type} in the other");
            else if (sent.IsOptional && !known.IsOptional) found = Because(Compatibility.No, $"{sent.Name} may be left out in one only");
        }

        foreach (var missing in taken.Values.Where(parameter => !parameter.IsOptional)) found = Because(Compatibility.No, $"only one has the argument {missing.Name}");
        if (caller.Result != service.Result) found = Because(Compatibility.No, $"the result is {caller.Result ?? "nothing"} in one and {service.Result ?? "nothing"} in the other");
        // The fingerprint differs, and nothing that can be read here does.
        return found == Compatibility.Yes && Same(caller, service) ? Because(Compatibility.Unknown, "the members of its types differ") : found;

        Compatibility Because(Compatibility verdict, string reason)
        {
            why.Add(reason);
            return verdict;
        }
    }

    private static bool Same(MethodReport left, MethodReport right) =>
        left.Result == right.Result && (left.Parameters ?? []).SequenceEqual(right.Parameters ?? [], StringComparer.Ordinal);

    private static string Kind(MethodReport method) => method.Kind switch { "push" => "a push", "stream" => "a sequence", _ => "a call" };

    private readonly record struct Parameter(string Name, string Type, bool IsOptional)
    {
        public static Parameter Parse(string text)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? text : text[..colon];
            return new Parameter(name.TrimEnd('?'), colon < 0 ? "" : text[(colon + 1)..].Trim(), name.EndsWith('?'));
        }
    }
}
