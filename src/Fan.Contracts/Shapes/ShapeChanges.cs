using System.Collections.Generic;
using System.Linq;

namespace Fan.Shapes;

/// <summary>
/// What is different in two descriptions, whoever reads and whoever writes. Names of types do not count, nor does the order of members.
/// </summary>
internal sealed class ShapeChanges(
    IReadOnlyDictionary<string, IReadOnlyList<string>> old, IReadOnlyDictionary<string, IReadOnlyList<string>> changed)
{
    // Tables come from strangers.
    private const int MaxDepth = 100;

    private readonly Dictionary<(string, string), int> _seen = [];
    private readonly List<MemberChange> _members = [];
    private int _found;
    private int _depth;

    /// <summary>What was found in the types so far, each once.</summary>
    public IReadOnlyList<MemberChange> Members => _members;

    /// <summary>Whether two methods differ in their arguments, their result or the types of those.</summary>
    public bool Of(MethodShape before, MethodShape after)
    {
        var isOther = (before.Result is null) != (after.Result is null) || (before.Parameters is null) != (after.Parameters is null);
        if (before.Result is not null && after.Result is not null) isOther |= IsOther(before.Result, after.Result);
        var rest = (after.Parameters ?? []).Select(ParameterShape.Parse).ToDictionaryByName();
        foreach (var parameter in (before.Parameters ?? []).Select(ParameterShape.Parse))
        {
            if (!rest.TryGetValue(parameter.Name, out var now))
            {
                isOther = true;
                continue;
            }

            rest.Remove(parameter.Name);
            isOther |= IsOther(parameter.Type, now.Type) | parameter.IsOptional != now.IsOptional | parameter.Default != now.Default;
        }

        return isOther | rest.Count > 0;
    }

    // Whether the text itself, or any type within it, is another one.
    private bool IsOther(string before, string after)
    {
        var found = _found;
        return !IsAlike(before, after) | _found > found;
    }

    // Whether the member that has it reads as the same; differences in named types are noted with those.
    private bool IsAlike(string before, string after)
    {
        var one = TypeShape.Parse(before, old);
        var other = TypeShape.Parse(after, changed);
        if (one.IsNullable != other.IsNullable || one.Form != other.Form) return false;
        switch (one.Form)
        {
            case TypeForm.List: return IsAlike(one.Item, other.Item);
            case TypeForm.Map: return IsAlike(one.Key, other.Key) & IsAlike(one.Item, other.Item);
            case TypeForm.Object or TypeForm.Enum:
                // Another method that has the type is another one too.
                if (_seen.TryGetValue((one.Name, other.Name), out var known)) _found += known;
                else if (_depth < MaxDepth) Compare(one, other);
                return true;
            default: return one.Name == other.Name;
        }
    }

    private void Compare(TypeShape one, TypeShape other)
    {
        var found = _found;
        _depth++;
        _seen.Add((one.Name, other.Name), 0);
        if (one.Form == TypeForm.Enum)
        {
            if (one.Underlying != other.Underlying) Add("changed", other.Name, "enum", one.Underlying, other.Underlying);
            Compare(
                one.Name,
                other.Name,
                one.Values.Select(value => (value.Key, Line(value), "")),
                other.Values.Select(value => (value.Key, Line(value), "")));
        }
        else
        {
            Compare(
                one.Name,
                other.Name,
                one.Members.Select(member => (member.Name, member.ToString(), member.Type)),
                other.Members.Select(member => (member.Name, member.ToString(), member.Type)));
            Compare(one.Name, other.Name, one.Derived.Select(Derived), other.Derived.Select(Derived));
        }

        _seen[(one.Name, other.Name)] = _found - found;
        _depth--;
    }

    private void Compare(
        string before,
        string after,
        IEnumerable<(string Name, string Line, string Type)> one,
        IEnumerable<(string Name, string Line, string Type)> other)
    {
        var rest = new Dictionary<string, (string Line, string Type)>();
        foreach (var (name, line, type) in other) rest[name] = (line, type);
        foreach (var (name, line, type) in one)
        {
            if (!rest.TryGetValue(name, out var now))
            {
                Add("removed", before, name, line, null);
                continue;
            }

            rest.Remove(name);
            var isAlike = type.Length == 0 || now.Type.Length == 0
                ? line == now.Line
                : IsAlike(type, now.Type) & HasMark(line) == HasMark(now.Line);
            if (!isAlike) Add("changed", after, name, line, now.Line);
        }

        foreach (var added in rest) Add("added", after, added.Key, null, added.Value.Line);
    }

    private void Add(string change, string type, string member, string? before, string? after)
    {
        _found++;
        _members.Add(new MemberChange(change, type, member, before, after));
    }

    private static bool HasMark(string line) => line.StartsWith("required ", System.StringComparison.Ordinal);

    private static string Line(KeyValuePair<string, string> value) => value.Value.Length == 0 ? value.Key : $"{value.Key} = {value.Value}";

    private static (string Name, string Line, string Type) Derived(MemberShape derived) =>
        (derived.Name, "derived " + derived, derived.Type);
}
