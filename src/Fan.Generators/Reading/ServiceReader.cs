using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Fan.Generators.Diagnostics;
using Fan.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Reads one type with <c>[Service]</c> into a model, or into the reasons why it has none.</summary>
internal sealed class ServiceReader
{
    private static readonly SymbolDisplayFormat FullName = SymbolDisplayFormat.FullyQualifiedFormat;

    private readonly List<Problem> _problems = [];
    private readonly INamedTypeSymbol _type;

    private ServiceReader(INamedTypeSymbol type) => _type = type;

    public static Found Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Read((INamedTypeSymbol)context.TargetSymbol, context.Attributes[0]);
    }

    public static Found Read(INamedTypeSymbol type, AttributeData attribute)
    {
        var reader = new ServiceReader(type);
        var service = reader.Read(attribute);
        return new Found(reader._problems.Any(p => Descriptors.IsError(p.Id)) ? null : service, new(reader._problems));
    }

    private ServiceModel? Read(AttributeData attribute)
    {
        if (attribute.ConstructorArguments.FirstOrDefault().Value is not string name) return null;
        var version = attribute.NamedArguments.FirstOrDefault(a => a.Key == "Version").Value.Value as string ?? "1.0.0";
        if (!Versions.IsServiceName(name)) Report(Descriptors.BadName, _type, name);
        if (!Versions.IsSemVer(version)) Report(Descriptors.BadVersion, _type, version);
        if (_type.IsGenericType) Report(Descriptors.Generic, _type, _type.Name);

        var isInterface = _type.TypeKind == TypeKind.Interface;
        var methods = new List<MethodModel>();
        var names = new HashSet<string>();
        var compact = new CompactTypes();
        var shapes = new ShapeReader();
        foreach (var member in Members(isInterface))
        {
            if (member is not IMethodSymbol method)
            {
                Report(Descriptors.NotAMethod, member, member.Name, _type.Name);
                continue;
            }

            var read = MethodReader.Read(method, "M" + methods.Count, name, compact, shapes, Report);
            if (read is null) continue;
            if (!names.Add(read.WireName)) Report(Descriptors.SameWireName, method, method.Name, _type.Name, read.WireName);
            methods.Add(read);
        }

        var subscriptions = isInterface ? [] : SubscriptionReader.Read(_type, name, Report).ToArray();
        if (methods.Count == 0 && subscriptions.Length == 0 && _problems.Count == 0) Report(Descriptors.NoMethods, _type, _type.Name);
        methods = [.. methods.Select(method => method with { IsCompact = Places(method).All(compact.Carries) && HasOwnTags(method), Fingerprint = Fingerprints.Of(method.Shape, shapes.Types) })];
        var space = _type.ContainingNamespace.IsGlobalNamespace ? "" : _type.ContainingNamespace.ToDisplayString();
        return new ServiceModel(
            _type.ToDisplayString(FullName), SafeName(), space, IsPublic() ? "public" : "internal", isInterface, name, version, new(methods),
            new(compact.All(methods.Where(method => method.IsCompact).SelectMany(Places))),
            new(shapes.Types.Select(type => new TypeModel(type.Key, new(type.Value)))), new(subscriptions));
    }

    private static IEnumerable<int> Places(MethodModel method)
    {
        var places = method.Parameters.Select(parameter => parameter.Compact);
        return method.ResultType == "global::Fan.Generated.Unit" ? places : places.Concat([method.CompactResult]);
    }

    private static bool HasOwnTags(MethodModel method) => method.Parameters.Select(parameter => CompactWire.TagOf(parameter.WireName)).Distinct().Count() == method.Parameters.Count;

    private IEnumerable<ISymbol> Members(bool isInterface)
    {
        if (!isInterface)
        {
            foreach (var method in _type.GetMembers().OfType<IMethodSymbol>().Where(Attributes.IsMarked))
            {
                if (method.DeclaredAccessibility == Accessibility.Public && !method.IsStatic) yield return method;
                else Report(Descriptors.NotCallable, method, method.Name);
            }

            yield break;
        }

        foreach (var member in new[] { _type }.Concat(_type.AllInterfaces).SelectMany(type => type.GetMembers()))
        {
            if (member is IMethodSymbol { AssociatedSymbol: not null } || member.IsStatic) continue;
            if (member is IMethodSymbol or IPropertySymbol or IEventSymbol) yield return member;
        }
    }

    private bool IsPublic()
    {
        for (INamedTypeSymbol? at = _type; at is not null; at = at.ContainingType)
        {
            if (at.DeclaredAccessibility != Accessibility.Public) return false;
        }

        return true;
    }

    private string SafeName()
    {
        var name = _type.Name;
        for (var at = _type.ContainingType; at is not null; at = at.ContainingType) name = at.Name + "_" + name;
        return name;
    }

    private void Report(string id, ISymbol symbol, params string[] arguments)
    {
        _problems.Add(Problem.At(id, symbol.Locations.FirstOrDefault(l => l.IsInSource) ?? _type.Locations.FirstOrDefault(), arguments));
    }
}
