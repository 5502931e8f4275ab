using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Fan.Generators.Reading;
using Fan.Shapes;

namespace Fan.Generators.Locking;

/// <summary>What was promised: every version of every service, as <c>fan.contracts.lock.json</c> has it. Immutable.</summary>
internal sealed class ContractLock
{
    public const string FileName = "fan.contracts.lock.json";

    public static readonly ContractLock Empty = new([]);

    private readonly IReadOnlyList<ContractShape> _contracts;

    private ContractLock(IReadOnlyList<ContractShape> contracts) => _contracts = contracts;

    public IEnumerable<string> Services => _contracts.Select(contract => contract.Service).Distinct();

    public IEnumerable<ContractShape> VersionsOf(string service) => _contracts.Where(contract => contract.Service == service);

    /// <exception cref="FormatException">It is no lock file; the message says why.</exception>
    public static ContractLock Parse(string text)
    {
        var contracts = new List<ContractShape>();
        foreach (var service in Object(Member(Object(LockJson.Read(text), "the file"), "services"), "services"))
        {
            foreach (var version in Object(service.Value, service.Key))
            {
                var place = service.Key + " " + version.Key;
                if (!Versions.IsSemVer(version.Key)) throw new FormatException($"'{version.Key}' of '{service.Key}' is no SemVer version");
                var contract = Object(version.Value, place);
                contracts.Add(new ContractShape(
                    service.Key,
                    version.Key,
                    [.. Object(Member(contract, "methods"), place).Select(method => Method(method.Key, Object(method.Value, place)))],
                    Object(Member(contract, "types"), place).ToDictionary(type => type.Key, type => Texts(type.Value, place))));
            }
        }

        return new ContractLock(contracts);
    }

    /// <summary>The lock with what the source has now. Earlier versions stay, services that are gone do not.</summary>
    public ContractLock With(IEnumerable<ContractShape> source)
    {
        var now = source.ToList();
        var kept = _contracts.Where(old => now.Any(contract => contract.Service == old.Service)
            && now.All(contract => contract.Service != old.Service || !Versions.AreEqual(contract.Version, old.Version)));
        return new ContractLock([.. kept.Concat(now)
            .OrderBy(contract => contract.Service, StringComparer.Ordinal)
            .ThenBy(contract => contract.Version, Versions.Ascending)]);
    }

    public string Write()
    {
        var text = new StringBuilder("{\n  \"services\": {");
        var next = "";
        foreach (var service in _contracts.GroupBy(contract => contract.Service))
        {
            text.Append(next).Append($"\n    {LockJson.Quote(service.Key)}: {{");
            next = "";
            foreach (var contract in service)
            {
                text.Append(next).Append($"\n      {LockJson.Quote(contract.Version)}: {{\n        \"methods\": {{");
                next = "";
                foreach (var method in contract.Methods.OrderBy(method => method.Name, StringComparer.Ordinal))
                {
                    text.Append(next).Append($"\n          {LockJson.Quote(method.Name)}: {{\n            \"parameters\": ");
                    Write(text, method.Parameters ?? [], "            ");
                    if (method.Result is not null) text.Append($",\n            \"result\": {LockJson.Quote(method.Result)}");
                    if (method.Kind != "rpc") text.Append($",\n            \"kind\": {LockJson.Quote(method.Kind)}");
                    if (method.Idempotent) text.Append(",\n            \"idempotent\": true");
                    if (method.Http is not null) text.Append($",\n            \"http\": {LockJson.Quote(method.Http)}");
                    text.Append("\n          }");
                    next = ",";
                }

                text.Append(contract.Methods.Count == 0 ? "" : "\n        ").Append("},\n        \"types\": {");
                next = "";
                foreach (var type in contract.Types.OrderBy(type => type.Key, StringComparer.Ordinal))
                {
                    text.Append(next).Append($"\n          {LockJson.Quote(type.Key)}: ");
                    Write(text, type.Value, "          ");
                    next = ",";
                }

                text.Append(contract.Types.Count == 0 ? "" : "\n        ").Append("}\n      }");
                next = ",";
            }

            text.Append("\n    }");
            next = ",";
        }

        return text.Append(_contracts.Count == 0 ? "" : "\n  ").Append("}\n}\n").ToString();
    }

    private static void Write(StringBuilder text, IReadOnlyList<string> lines, string indent)
    {
        text.Append('[');
        for (var i = 0; i < lines.Count; i++)
        {
            text.Append(i == 0 ? "\n" : ",\n").Append(indent).Append("  ").Append(LockJson.Quote(lines[i]));
        }
        text.Append(lines.Count == 0 ? "]" : "\n" + indent + "]");
    }

    private static MethodShape Method(string name, Dictionary<string, object?> method) => new(
        name,
        Member(method, "kind") as string ?? "rpc",
        Texts(Member(method, "parameters"), name),
        Member(method, "result") as string,
        Member(method, "idempotent") is true,
        Member(method, "http") as string);

    private static object? Member(Dictionary<string, object?> members, string name) =>
        members.TryGetValue(name, out var value) ? value : null;

    private static Dictionary<string, object?> Object(object? value, string place) => value switch
    {
        Dictionary<string, object?> members => members,
        null => [],
        _ => throw new FormatException($"'{place}' must be an object"),
    };

    private static IReadOnlyList<string> Texts(object? value, string place) => value switch
    {
        null => [],
        List<object?> items when items.All(item => item is string) => [.. items.Cast<string>()],
        _ => throw new FormatException($"'{place}' must have lists of texts"),
    };
}
