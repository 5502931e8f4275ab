using System;
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

    private readonly List<FoundProblem> _problems = [];
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
        ServiceModel? service = null;
        try
        {
            service = reader.Read(attribute);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // One contract that can't be read leaves the others alone, and the build fails for it.
            reader.Report(Descriptors.GeneratorFailed, type, type.Name, $"{error.GetType().Name}: {error.Message}");
        }

        return new Found(reader._problems.Any(p => Descriptors.IsError(p.Id)) ? null : service, new(reader._problems));
    }

    private ServiceModel? Read(AttributeData attribute)
    {
        // Half-written code has no argument at all.
        if (attribute.ConstructorArguments.Length == 0 || attribute.ConstructorArguments[0].Kind == TypedConstantKind.Error) return null;
        var name = attribute.ConstructorArguments[0].Value as string ?? "";
        var version = attribute.NamedArguments.FirstOrDefault(a => a.Key == "Version").Value.Value as string ?? "1.0.0";
        if (!Versions.IsServiceName(name)) Report(Descriptors.BadName, _type, name);
        if (!Versions.IsSemVer(version)) Report(Descriptors.BadVersion, _type, version);
        if (_type.IsGenericType)
        {
            // What is made of type parameters has no form of its own.
            Report(Descriptors.Generic, _type, _type.Name);
            return null;
        }

        if (ServiceTypes.OutOfReach(_type) is { } reason) Report(Descriptors.NotReachable, _type, _type.Name, reason);

        var isInterface = _type.TypeKind == TypeKind.Interface;
        var types = new WireTypes();
        var methods = new List<(IMethodSymbol Symbol, MethodModel Model)>();
        var names = new HashSet<string>();
        foreach (var method in ServiceMembers.Of(_type, Report))
        {
            var read = MethodReader.Read(method, "M" + methods.Count, name, types, Report);
            if (read is null) continue;
            if (!names.Add(read.WireName)) Report(Descriptors.SameWireName, method, method.Name, _type.Name, read.WireName);
            methods.Add((method, read));
        }

        var subscriptions = isInterface ? [] : SubscriptionReader.Read(_type, name, Report).ToArray();
        if (methods.Count == 0 && subscriptions.Length == 0 && !HasErrors) Report(Descriptors.NoMethods, _type, _type.Name);
        // What can't cross has no form, and may have no end.
        if (HasErrors) return null;
        foreach (var (type, member) in types.Lost()) Report(Descriptors.NotReadBack, member, member.Name, type.ToDisplayString());
        return Model(name, version, types, methods, subscriptions);
    }

    private bool HasErrors => _problems.Any(problem => Descriptors.IsError(problem.Id));

    private ServiceModel Model(
        string name,
        string version,
        WireTypes types,
        List<(IMethodSymbol Symbol, MethodModel Model)> read,
        SubscriptionModel[] subscriptions)
    {
        var shapes = new ShapeReader();
        var shaped = read.Select(method => MethodReader.WithShapes(method.Model, method.Symbol, shapes)).ToList();
        var methods = shaped.Select(method => method with
        {
            IsCompact = Places(method).All(types.IsCompact) && HasOwnTags(method),
            Fingerprint = Fingerprints.Of(method.Shape, shapes.Types),
        }).Select(method => method.IsCompact
            ? method with { CompactTypes = new(Places(method).SelectMany(types.Reach).Distinct().OrderBy(id => id)) }
            : method).ToArray();
        var isInterface = _type.TypeKind == TypeKind.Interface;
        var subscriber = isInterface && methods.Any(method => method.IsPush) ? ServiceTypes.SubscriberOf(_type) : null;
        if (subscriber is not null && ServiceTypes.IsTaken(_type, subscriber, methods))
        {
            Report(Descriptors.SubscriberNameTaken, _type, subscriber, _type.Name);
            subscriber = null;
        }

        return new ServiceModel(
            _type.InSource(FullName),
            ServiceTypes.SafeName(_type),
            ServiceTypes.FileName(_type),
            ServiceTypes.Namespace(_type),
            subscriber,
            ServiceTypes.SubscriberMarks(_type),
            ServiceTypes.IsPublic(_type),
            isInterface,
            ServiceMembers.Inherits(_type, "System.IDisposable"),
            ServiceMembers.Inherits(_type, "System.IAsyncDisposable"),
            name,
            version,
            new(methods),
            new(types.All(methods.SelectMany(Places))),
            new(shapes.Types.Select(type => new TypeModel(type.Key, new(type.Value)))),
            new(subscriptions));
    }

    private static IEnumerable<int> Places(MethodModel method)
    {
        var places = method.Parameters.Select(parameter => parameter.Place);
        return method.Result == WireTypes.None ? places : places.Concat([method.Result]);
    }

    private static bool HasOwnTags(MethodModel method) =>
        method.Parameters.Select(parameter => CompactWire.TagOf(parameter.WireName)).Distinct().Count() == method.Parameters.Count;

    private void Report(string id, ISymbol symbol, params string[] arguments) =>
        _problems.Add(
            FoundProblem.At(id, symbol.Locations.FirstOrDefault(l => l.IsInSource) ?? _type.Locations.FirstOrDefault(), arguments));
}
