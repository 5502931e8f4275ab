using System;
using System.Collections.Generic;
using System.Linq;

namespace Fan.Shapes;

/// <summary>What a contract was changed into, and who can still talk to whom.</summary>
/// <param name="Methods">The methods that are not the same.</param>
/// <param name="Members">What was added to types, taken from them or changed in them, each once.</param>
/// <param name="Same">How many methods are the same.</param>
internal sealed record ContractComparison(IReadOnlyList<MethodComparison> Methods, IReadOnlyList<MemberChange> Members, int Same)
{
    /// <summary>Whether callers made for the old one can call the new one: the worst of its methods.</summary>
    public Fit OldCallers => Methods.Select(method => method.OldCallers).Concat([Fit.Full]).Max();

    /// <summary>The reverse.</summary>
    public Fit NewCallers => Methods.Select(method => method.NewCallers).Concat([Fit.Full]).Max();

    public bool IsSame => Methods.Count == 0;

    /// <param name="old">Before the change.</param>
    /// <param name="changed">After it.</param>
    /// <param name="oldName">What messages call the old one, e.g. its version.</param>
    /// <param name="newName">What they call the new one.</param>
    public static ContractComparison Of(ContractShape old, ContractShape changed, string oldName, string newName)
    {
        var changes = new ShapeChanges(old.Types, changed.Types);
        var names = old.Methods.Concat(changed.Methods)
            .Select(method => method.Name).Distinct()
            .OrderBy(name => name, StringComparer.Ordinal).ToList();
        var methods = new List<MethodComparison>();
        foreach (var name in names)
        {
            var before = old.Methods.LastOrDefault(method => method.Name == name);
            var after = changed.Methods.LastOrDefault(method => method.Name == name);
            if (before is null) methods.Add(new MethodComparison(name, "added", Fit.Full, Fit.None, [], []));
            else if (after is null) methods.Add(new MethodComparison(name, "removed", Fit.None, Fit.Full, [], []));
            else if (Compare(before, old, after, changed, oldName, newName, changes) is { } different) methods.Add(different);
        }

        return new ContractComparison(methods, changes.Members, names.Count - methods.Count);
    }

    private static MethodComparison? Compare(
        MethodShape before,
        ContractShape old,
        MethodShape after,
        ContractShape changed,
        string oldName,
        string newName,
        ShapeChanges changes)
    {
        var whyOld = new List<string>();
        var whyNew = new List<string>();
        var forOld = MethodFit.Of(before, old.Types, after, changed.Types, new Sides(oldName, newName, ServiceIsNewer: true), whyOld);
        var forNew = MethodFit.Of(after, changed.Types, before, old.Types, new Sides(newName, oldName, ServiceIsNewer: false), whyNew);
        var isOther = changes.Of(before, after) || before.Kind != after.Kind;
        if (before.Idempotent != after.Idempotent)
        {
            isOther = true;
            (before.Idempotent ? whyOld : whyNew).Add($"a second sending is harmless in {(before.Idempotent ? oldName : newName)} only");
            if (before.Idempotent) forOld = Worst(forOld, Fit.Partly);
            else forNew = Worst(forNew, Fit.Partly);
        }

        if (before.Http != after.Http)
        {
            isOther = true;
            (before.Http is null ? whyNew : whyOld).Add(
                before.Http is null ? $"it has the HTTP route {after.Http}" : $"the HTTP route {before.Http} is {after.Http ?? "no more"}");
            if (before.Http is not null) forOld = Worst(forOld, Fit.Partly);
            if (after.Http is not null) forNew = Worst(forNew, Fit.Partly);
        }

        return isOther || forOld > Fit.Full || forNew > Fit.Full
            ? new MethodComparison(before.Name, "changed", forOld, forNew, whyOld, [.. whyOld.Concat(whyNew).Distinct()])
            : null;
    }

    private static Fit Worst(Fit one, Fit other) => one > other ? one : other;
}

/// <summary>A method that is not the same in both.</summary>
/// <param name="Name">The wire name.</param>
/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
/// <param name="OldCallers">Whether callers made for the old one can call the new one.</param>
/// <param name="NewCallers">The reverse.</param>
/// <param name="WhyOld">What stands against callers of the old one.</param>
/// <param name="Why">What stands against one of them, a clause each.</param>
internal sealed record MethodComparison(
    string Name, string Change, Fit OldCallers, Fit NewCallers, IReadOnlyList<string> WhyOld, IReadOnlyList<string> Why);

/// <summary>A member of a type that is not the same in both.</summary>
/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
/// <param name="Type">The type that has it.</param>
/// <param name="Member">Its name on the wire.</param>
/// <param name="Old">Its line in the old one; null where that has none.</param>
/// <param name="New">Its line in the new one; null where that has none.</param>
internal sealed record MemberChange(string Change, string Type, string Member, string? Old, string? New);
