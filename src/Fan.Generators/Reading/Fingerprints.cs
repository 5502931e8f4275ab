using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Fan.Shapes;

namespace Fan.Generators.Reading;

/// <summary>The fingerprint of a method: a hash over everything that travels. Names of types do not count, nor does any order.</summary>
internal sealed class Fingerprints
{
    private readonly Dictionary<string, int> _seen = [];
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _types;

    private Fingerprints(IReadOnlyDictionary<string, IReadOnlyList<string>> types) => _types = types;

    public static string Of(MethodShape method, IReadOnlyDictionary<string, IReadOnlyList<string>> types)
    {
        var reader = new Fingerprints(types);
        var parameters = (method.Parameters ?? []).Select(ParameterShape.Parse)
            .OrderBy(parameter => parameter.Name, System.StringComparer.Ordinal);
        var arguments = string.Join(",", parameters.Select(p => $"{p.Name}{(p.IsOptional ? "?" : "")}:{reader.Text(p.Type)}={p.Default}"));
        var text = $"{method.Kind} {method.Name}({arguments}):{(method.Result is null ? "" : reader.Text(method.Result))}";
        using var sha = SHA256.Create();
        return string.Concat(
            sha.ComputeHash(Encoding.UTF8.GetBytes(text)).Take(8).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    }

    private string Text(string type)
    {
        var shape = TypeShape.Parse(type, _types);
        return Bare(shape) + (shape.IsNullable ? "?" : "");
    }

    private string Bare(TypeShape shape)
    {
        switch (shape.Form)
        {
            case TypeForm.List: return "[" + Text(shape.Item) + "]";
            case TypeForm.Map: return "{" + Text(shape.Key) + ":" + Text(shape.Item) + "}";
            case not (TypeForm.Object or TypeForm.Enum): return shape.Name;
        }

        if (_seen.TryGetValue(shape.Name, out var known)) return "#" + known.ToString(CultureInfo.InvariantCulture);
        _seen.Add(shape.Name, _seen.Count);
        if (shape.Form == TypeForm.Enum)
        {
            var values = shape.Values.Select(value => value.Key + "=" + value.Value).OrderBy(text => text, System.StringComparer.Ordinal);
            return $"enum {shape.Underlying}({string.Join(",", values)})";
        }
        var members = shape.Members.OrderBy(member => member.Name, System.StringComparer.Ordinal)
            .Select(member => $"{member.Name}{(member.IsRequired ? "!" : "")}:{Text(member.Type)}");
        var derived = shape.Derived.OrderBy(member => member.Name, System.StringComparer.Ordinal)
            .Select(member => $"<{member.Name}>:{Text(member.Type)}");
        return "{" + string.Join(",", members.Concat(derived)) + "}";
    }
}
