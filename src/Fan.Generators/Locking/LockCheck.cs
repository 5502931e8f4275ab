using System.Collections.Generic;
using System.Linq;
using Fan.Generators.Diagnostics;
using Fan.Generators.Reading;
using Fan.Shapes;

namespace Fan.Generators.Locking;

/// <summary>What is wrong with a contract in the light of the lock.</summary>
/// <param name="Id">The diagnostic.</param>
/// <param name="Needed">The version that would be right; empty where that is no matter of the version.</param>
/// <param name="Arguments">What its message is made of.</param>
internal sealed record LockFinding(string Id, string Needed, IReadOnlyList<string> Arguments);

/// <summary>Holds a contract against the lock, by the rules of SemVer: those of 0.x are the ones that npm's ranges imply.</summary>
internal static class LockCheck
{
    private const int MaxChanges = 5;

    /// <summary>Null where everything is as it should be.</summary>
    public static LockFinding? Of(ContractLock locked, ContractShape now)
    {
        var versions = locked.VersionsOf(now.Service).ToList();
        var exact = versions.FirstOrDefault(contract => Versions.AreEqual(contract.Version, now.Version));
        if (exact is not null && ContractComparison.Of(exact, now, "the lock", "the source") is { IsSame: false } changed)
        {
            var version = Versions.Next(now.Version, changed.OldCallers != Fit.Full);
            return new LockFinding(Descriptors.ContractChanged, version, [now.Service, now.Version, Text(changed), version]);
        }

        // What a pre-release had, nobody was promised.
        var before = versions
            .Where(contract => !Versions.IsPreRelease(contract.Version) && Versions.Compare(contract.Version, now.Version) < 0)
            .OrderBy(contract => contract.Version, Versions.Ascending).LastOrDefault();
        if (before is not null && ContractComparison.Of(before, now, before.Version, now.Version) is { IsSame: false } step)
        {
            var needed = Versions.Next(before.Version, step.OldCallers != Fit.Full);
            if (Versions.Compare(Versions.Release(now.Version), needed) < 0)
            {
                return new LockFinding(Descriptors.StepTooSmall, needed, [
                    now.Service,
                    now.Version,
                    step.OldCallers == Fit.Full ? "adds to" : "breaks callers of",
                    before.Version,
                    Text(step),
                    needed
                ]);
            }
        }

        return exact is null ? new LockFinding(Descriptors.NotLocked, "", [now.Service, now.Version, ContractLock.FileName]) : null;
    }

    private static string Text(ContractComparison changes)
    {
        var breaks = changes.OldCallers != Fit.Full;
        var texts = new List<string>();
        foreach (var method in changes.Methods)
        {
            if (breaks && method.OldCallers == Fit.Full) continue;
            if (method.Change != "changed") texts.Add($"'{method.Name}' is {method.Change}");
            else texts.AddRange((breaks ? method.WhyOld : method.Why).Select(why => $"'{method.Name}': {why}"));
        }

        if (!breaks || texts.Count == 0)
        {
            texts.AddRange(changes.Members.Select(member => $"{member.Type}.{member.Member} is {member.Change}"));
        }
        if (texts.Count == 0) texts.AddRange(changes.Methods.Select(method => $"'{method.Name}' is {method.Change}"));
        return string.Join("; ", texts.Take(MaxChanges)) + (texts.Count > MaxChanges ? $"; and {texts.Count - MaxChanges} more" : "");
    }
}
