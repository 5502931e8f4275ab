using System.Collections.Generic;
using System.Linq;

namespace Fan.Shapes;

/// <summary>Follows values from the side that writes them to the one that reads them, and says what does not arrive.</summary>
internal sealed class ValueFlow(
    IReadOnlyDictionary<string, IReadOnlyList<string>> written,
    IReadOnlyDictionary<string, IReadOnlyList<string>> read,
    string writer,
    string reader,
    bool readerIsNewer, bool areArguments, List<string> findings)
{
    // Tables come from strangers.
    private const int MaxDepth = 100;

    private readonly HashSet<(string, string)> _seen = [];
    private int _depth;

    public Fit Of(string from, string to, string place)
    {
        if (_depth == MaxDepth) return Found(Fit.Unknown, $"{place} nests deeper than {MaxDepth} levels");
        _depth++;
        var source = TypeShape.Parse(from, written);
        var target = TypeShape.Parse(to, read);
        var fit = source.IsNullable && !target.IsNullable
            ? Found(Fit.Partly, $"{place} may be null in {writer}, and not in {reader}")
            : Fit.Full;
        fit = Worst(fit, Bare(source, target, place));
        _depth--;
        return fit;
    }

    private Fit Bare(TypeShape source, TypeShape target, string place)
    {
        if (source.Form == TypeForm.Unknown || target.Form == TypeForm.Unknown)
        {
            if (source.Form is TypeForm.Scalar or TypeForm.List or TypeForm.Map
                || target.Form is TypeForm.Scalar or TypeForm.List or TypeForm.Map)
            {
                return Differ(source, target, place);
            }

            return Found(Fit.Unknown, $"the members of {(source.Form == TypeForm.Unknown ? source.Name : target.Name)} are not published");
        }

        switch (source.Form, target.Form)
        {
            case (TypeForm.Scalar, TypeForm.Scalar): return Scalar(source.Name, target.Name, source, target, place);
            case (TypeForm.List, TypeForm.List): return Of(source.Item, target.Item, place + "[]");
            case (TypeForm.Map, TypeForm.Map):
                return Worst(Of(source.Key, target.Key, place + ".key"), Of(source.Item, target.Item, place + "[]"));
            case (TypeForm.Opaque, TypeForm.Opaque) when source.Name == target.Name: return Fit.Full;
            case (TypeForm.Enum, TypeForm.Scalar):
                return Scalar(source.Underlying == "text" ? "string" : source.Underlying, target.Name, source, target, place);
            case (TypeForm.Scalar, TypeForm.Enum):
                return Worst(
                    Scalar(source.Name, target.Underlying == "text" ? "string" : target.Underlying, source, target, place), Fit.Partly);
            case (TypeForm.Enum, TypeForm.Enum): return _seen.Add((source.Name, target.Name)) ? Enums(source, target, place) : Fit.Full;
            case (TypeForm.Object, TypeForm.Object):
                return _seen.Add((source.Name, target.Name)) ? Objects(source, target, place) : Fit.Full;
            default: return Differ(source, target, place);
        }
    }

    private Fit Objects(TypeShape source, TypeShape target, string place)
    {
        var fit = Fit.Full;
        var expected = target.Members.ToDictionaryByName();
        foreach (var member in source.Members)
        {
            var at = $"{place}.{member.Name}";
            if (expected.TryGetValue(member.Name, out var known))
            {
                expected.Remove(member.Name);
                fit = Worst(fit, Of(member.Type, known.Type, at));
            }
            else if (areArguments)
            {
                // What is asked for must not be dropped in silence; what comes back may be more than is wanted.
                fit = Worst(fit, Found(Fit.Partly, $"{reader} does not know {at} and passes it over"));
            }
        }

        foreach (var missing in expected.Values)
        {
            var at = $"{place}.{missing.Name}";
            if (missing.IsRequired)
            {
                fit = Worst(fit, Found(Fit.None, $"{reader} requires {at}, which {writer} does not have"));
            }
            else if (!readerIsNewer || !areArguments)
            {
                fit = Worst(fit, Found(Fit.Partly, $"{at}, which {reader} reads, is not sent by {writer}"));
            }
        }

        if (source.Derived.Count == 0 && target.Derived.Count == 0) return fit;
        var taken = target.Derived.ToDictionaryByName();
        foreach (var derived in source.Derived)
        {
            fit = Worst(fit, taken.TryGetValue(derived.Name, out var known)
                ? Of(derived.Type, known.Type, $"{place}<{derived.Name}>")
                : Found(Fit.Partly, $"{place} may be '{derived.Name}' in {writer}, which {reader} does not know"));
        }

        return fit;
    }

    private Fit Enums(TypeShape source, TypeShape target, string place)
    {
        var isText = source.Underlying == "text";
        if (isText != (target.Underlying == "text")) return Differ(source, target, place);
        var fit = isText ? Fit.Full : Scalar(source.Underlying, target.Underlying, source, target, place);
        var known = new Dictionary<string, string>();
        foreach (var value in target.Values) known[value.Key] = value.Value;
        foreach (var value in source.Values)
        {
            if (known.TryGetValue(value.Key, out var number))
            {
                if (!isText && number != value.Value)
                {
                    fit = Worst(fit, Found(Fit.None, $"{place}: {value.Key} is {value.Value} in {writer} and {number} in {reader}"));
                }
            }
            else if (isText || readerIsNewer)
            {
                fit = Worst(fit, Found(Fit.Partly, $"{place}: {reader} does not know {value.Key}"));
            }
        }

        return fit;
    }

    private Fit Scalar(string from, string to, TypeShape source, TypeShape target, string place) => ScalarFit.Of(from, to) switch
    {
        Fit.Full => Fit.Full,
        Fit.Partly =>
            Found(Fit.Partly, $"{place} is {source.Name} in {writer} and {target.Name} in {reader}, which does not hold every value"),
        _ => Differ(source, target, place),
    };

    private Fit Differ(TypeShape source, TypeShape target, string place) =>
        Found(Fit.None, $"{place} is {source.Name} in {writer} and {target.Name} in {reader}");

    private Fit Found(Fit fit, string finding)
    {
        if (!findings.Contains(finding)) findings.Add(finding);
        return fit;
    }

    private static Fit Worst(Fit one, Fit other) => one > other ? one : other;
}
