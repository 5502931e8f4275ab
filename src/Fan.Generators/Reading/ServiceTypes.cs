using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Fan.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>What generated code is called beside a service's type, and whether it can reach that type.</summary>
internal static class ServiceTypes
{
    private const int MaxName = 80;
    private const int MaxIdentifier = 500;
    private const int MaxFullName = 1010;

    private static readonly SymbolDisplayFormat InSource = SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(
        SymbolDisplayGlobalNamespaceStyle.Omitted);

    /// <summary>Why generated code can't name the type; null where it can.</summary>
    public static string? OutOfReach(INamedTypeSymbol type)
    {
        if (type.IsStatic) return "it is static, so there is no object to call";
        if (Bytes(type.ToDisplayString()) + type.GetMembers().Select(member => Bytes(member.Name)).DefaultIfEmpty().Max() > MaxFullName)
        {
            return "its full name is too long for the metadata of what implements it";
        }
        for (INamedTypeSymbol? at = type; at is not null; at = at.ContainingType)
        {
            if (at.IsFileLocal) return "generated code can't reach it, as it is local to its file";
            if (at.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal))
            {
                return $"generated code can't reach it, as '{at.Name}' is {Word(at.DeclaredAccessibility)}; make it internal or public";
            }
            if (Attribute(at, "System.ObsoleteAttribute") is { ConstructorArguments: { Length: 2 } arguments }
                && arguments[1].Value is true)
            {
                return $"nobody may use it, as '{at.Name}' is obsolete, and that an error";
            }
        }

        return null;
    }

    public static bool IsPublic(INamedTypeSymbol type) => WithContaining(type).All(at => at.DeclaredAccessibility == Accessibility.Public);

    public static string Namespace(INamedTypeSymbol type) =>
        type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.InSource(InSource);

    /// <summary>The type's name with those of the types around it, cut where it is very long.</summary>
    public static string SafeName(INamedTypeSymbol type)
    {
        var name = NameOf(type);
        return name.Length <= MaxName ? name : name.Substring(0, MaxName);
    }

    /// <summary>
    /// A name for its file that no other type's has, whatever characters the file system takes and whether it knows cases.
    /// </summary>
    public static string FileName(INamedTypeSymbol type)
    {
        var full = type.ContainingNamespace.IsGlobalNamespace
            ? ""
            : type.ContainingNamespace.ToDisplayString(InSource.WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.None)) + ".";
        full += string.Join("+", WithContaining(type).Reverse().Select(at => at.MetadataName));
        using var sha = SHA256.Create();
        var hash = string.Concat(sha.ComputeHash(Encoding.UTF8.GetBytes(full))
            .Take(6)
            .Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
        var readable = new string(
            [.. full.Select(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' or '+' or '_' ? c : '_')]);
        return (readable.Length <= MaxName ? readable : readable.Substring(readable.Length - MaxName)) + "." + hash;
    }

    // IPublicWines has the subscribers PublicWinesSubscriber.
    public static string SubscriberOf(INamedTypeSymbol type) =>
        (HasPrefix(NameOf(type)) ? NameOf(type).Substring(1) : NameOf(type)) + "Subscriber";

    /// <summary>Whether the name is one of the user's types, of another service's subscribers or of a member of its own.</summary>
    public static bool IsTaken(INamedTypeSymbol type, string subscriber, IEnumerable<MethodModel> methods)
    {
        var space = type.ContainingNamespace;
        if (subscriber.Length > MaxIdentifier
            || space.GetMembers(subscriber).Any(member => member is not INamedTypeSymbol { Arity: > 0 })
            || methods.Any(method => method.ClrName == subscriber))
        {
            return true;
        }
        var bare = subscriber.Substring(0, subscriber.Length - "Subscriber".Length);
        // Types that stand within others give way to those that do not, and those without an I to those with one.
        var rivals = space.GetTypeMembers(bare)
            .Concat(space.GetTypeMembers("I" + bare))
            .Concat(type.ContainingType is null ? [] : space.GetTypeMembers().SelectMany(Nested));
        return rivals.Any(rival => !SymbolEqualityComparer.Default.Equals(rival, type)
            && rival.TypeKind == TypeKind.Interface
            && SubscriberOf(rival) == subscriber
            && Attributes.Of(rival, "ServiceAttribute") is not null
            && ServiceMembers.HasPushes(rival)
            && Rank(rival).CompareTo(Rank(type)) < 0);
    }

    /// <summary>What the base of subscribers must say of itself, so that it may name what is obsolete or experimental.</summary>
    public static string SubscriberMarks(INamedTypeSymbol type)
    {
        var marks = WithContaining(type).Cast<ISymbol>().Concat(type.GetMembers()).ToArray();
        return marks.Any(symbol => Attribute(symbol, "System.ObsoleteAttribute") is not null) ? "[global::System.Obsolete]" : "";
    }

    private static (bool IsNested, bool IsBare, string Name) Rank(INamedTypeSymbol type) =>
        (type.ContainingType is not null, !HasPrefix(NameOf(type)), FileName(type));

    private static bool HasPrefix(string name) => name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]);

    private static string NameOf(INamedTypeSymbol type) => string.Join("_", WithContaining(type).Reverse().Select(at => at.Name));

    private static IEnumerable<INamedTypeSymbol> WithContaining(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? at = type; at is not null; at = at.ContainingType) yield return at;
    }

    private static IEnumerable<INamedTypeSymbol> Nested(INamedTypeSymbol type) =>
        type.GetTypeMembers().SelectMany(nested => Nested(nested).Prepend(nested));

    private static AttributeData? Attribute(ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass?.ToDisplayString() == name);

    private static int Bytes(string name) => Encoding.UTF8.GetByteCount(name);

    private static string Word(Accessibility accessibility) => accessibility switch
    {
        Accessibility.Private => "private",
        Accessibility.Protected => "protected",
        _ => "private protected",
    };
}
