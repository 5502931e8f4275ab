using System.Collections.Generic;
using System.Linq;
using Fan.Generators.Diagnostics;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Which members of a service's type others call.</summary>
internal static class ServiceMembers
{
    public static IEnumerable<IMethodSymbol> Of(INamedTypeSymbol type, ReportProblem report) =>
        type.TypeKind == TypeKind.Interface ? OfInterface(type, report) : OfClass(type, report);

    public static bool Inherits(INamedTypeSymbol type, string name) => type.AllInterfaces.Any(i => i.ToDisplayString() == name);

    public static bool HasPushes(INamedTypeSymbol type) =>
        type.AllInterfaces.Prepend(type)
            .SelectMany(i => i.GetMembers()).OfType<IMethodSymbol>()
            .Any(method => Attributes.Of(method, "PushAttribute") is not null);

    private static IEnumerable<IMethodSymbol> OfInterface(INamedTypeSymbol type, ReportProblem report)
    {
        foreach (var member in new[] { type }.Concat(type.AllInterfaces).Where(i => !IsDisposal(i)).SelectMany(i => i.GetMembers()))
        {
            if (member is not (IMethodSymbol { AssociatedSymbol: null } or IPropertySymbol or IEventSymbol)) continue;
            // Without a body and to be filled by whoever implements it; everything else is the interface's own affair.
            var isOpen = member.IsAbstract || member.IsVirtual;
            if (IsExplicit(member) || !isOpen || (!member.IsAbstract && (member.IsStatic || !IsReached(member)))) continue;
            if (WireCollections.IsOfPlatform(member.ContainingType))
            {
                report(
                    Descriptors.NotAMethod,
                    type,
                    member.Name,
                    type.Name,
                    $"comes from '{member.ContainingType.ToDisplayString()}', an interface of the platform that is not " +
                    "meant to be called from afar");
            }
            else if (member.IsStatic)
            {
                report(
                    Descriptors.NotAMethod,
                    member,
                    member.Name,
                    type.Name,
                    "is static and abstract, so the interface can't be the type of an object");
            }
            else if (!IsReached(member))
            {
                report(Descriptors.NotAMethod, member, member.Name, type.Name, "is protected");
            }
            else if (member is not IMethodSymbol method)
            {
                report(Descriptors.NotAMethod, member, member.Name, type.Name, member is IEventSymbol ? "is an event" : "is a property");
            }
            else if (HasPriority(method))
            {
                report(
                    Descriptors.NotAMethod,
                    member,
                    member.Name,
                    type.Name,
                    "is one of several methods of that name and has [OverloadResolutionPriority], so it is not told which one is meant");
            }
            else
            {
                yield return method;
            }
        }
    }

    private static IEnumerable<IMethodSymbol> OfClass(INamedTypeSymbol type, ReportProblem report)
    {
        var known = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        var hidden = new HashSet<string>();
        for (INamedTypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            foreach (var method in at.GetMembers().OfType<IMethodSymbol>())
            {
                if (known.Contains(method.OriginalDefinition) || !Attributes.IsMarked(method)) continue;
                var types = method.Parameters.Select(
                    parameter => parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat));
                if (!hidden.Add($"{method.Name}({string.Join(",", types)})")) continue;
                for (var below = method; below is not null; below = below.OverriddenMethod) known.Add(below.OriginalDefinition);
                if (Uncallable(method) is { } reason) report(Descriptors.NotCallable, method, method.Name, reason);
                else yield return method;
            }
        }
    }

    /// <summary>Why generated code can't call a method of a class; null where it can.</summary>
    public static string? Uncallable(IMethodSymbol method)
    {
        if (method.MethodKind != MethodKind.Ordinary) return "it is no ordinary method";
        if (method.IsStatic) return "it is static";
        if (method.DeclaredAccessibility != Accessibility.Public) return "it is not public";
        if (HasAttribute(method, "System.Diagnostics.ConditionalAttribute")) return "the compiler leaves calls of it out by [Conditional]";
        return HasPriority(method) ? "of its overloads [OverloadResolutionPriority] takes another one" : null;
    }

    private static bool HasPriority(IMethodSymbol method)
    {
        var overloads = method.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>().ToArray();
        return overloads.Length > 1
            && overloads.Any(overload => HasAttribute(overload, "System.Runtime.CompilerServices.OverloadResolutionPriorityAttribute"));
    }

    private static bool HasAttribute(ISymbol symbol, string name) =>
        symbol.GetAttributes().Any(attribute => attribute.AttributeClass?.ToDisplayString() == name);

    // Ending an object is for whoever made it; a caller of a service did not.
    private static bool IsDisposal(INamedTypeSymbol type) => type.ToDisplayString() is "System.IDisposable" or "System.IAsyncDisposable";

    private static bool IsReached(ISymbol member) =>
        member.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal;

    private static bool IsExplicit(ISymbol member) => member switch
    {
        IMethodSymbol method => method.ExplicitInterfaceImplementations.Length > 0,
        IPropertySymbol property => property.ExplicitInterfaceImplementations.Length > 0,
        IEventSymbol @event => @event.ExplicitInterfaceImplementations.Length > 0,
        _ => false,
    };
}
