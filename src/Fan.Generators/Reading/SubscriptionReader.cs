using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Fan.Generators.Diagnostics;
using Fan.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Reads the methods of a class that handle pushes of other services.</summary>
internal static class SubscriptionReader
{
    private const int MaxGroup = 64;

    public static IEnumerable<SubscriptionModel> Read(INamedTypeSymbol type, string service, ReportProblem report)
    {
        var found = new List<(string Group, ServiceModel Service, HandlerModel Handler)>();
        foreach (var method in type.GetMembers().OfType<IMethodSymbol>())
        {
            if (Attributes.Of(method, "SubscribeAttribute") is not { } attribute || Read(method, attribute, report) is not { } read)
            {
                continue;
            }
            var group = Attributes.Named<string>(attribute, "Group") ?? WithoutKeys(service);
            if (group.Length is 0 or > MaxGroup || !group.All(IsGroupCharacter)) report(Descriptors.BadGroup, method, group, method.Name);
            else if (found.Any(other => other.Group == group
                && other.Service.TypeName == read.Service.TypeName
                && other.Handler.Push == read.Handler.Push))
                report(Descriptors.SubscribedTwice, method, method.Name, read.Handler.Push, group);
            else found.Add((group, read.Service, read.Handler));
        }

        return found.GroupBy(one => (one.Group, one.Service.TypeName))
            .Select(one => new SubscriptionModel(one.First().Service, one.Key.Group, new(one.Select(part => part.Handler))));
    }

    /// <summary>What is wrong with a method that subscribes where nobody would look for it; null where it stands in a service.</summary>
    public static FoundProblem? ReadPlace(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var type = context.TargetSymbol.ContainingType;
        return type.TypeKind == TypeKind.Class && Attributes.Of(type, "ServiceAttribute") is not null ? null
            : FoundProblem.At(
                Descriptors.NotInAService, context.TargetSymbol.Locations.FirstOrDefault(), context.TargetSymbol.Name, type.Name);
    }

    private static (ServiceModel Service, HandlerModel Handler)? Read(IMethodSymbol method, AttributeData attribute, ReportProblem report)
    {
        if (ServiceMembers.Uncallable(method) is { } reason)
        {
            report(Descriptors.NotCallable, method, method.Name, reason);
            return null;
        }

        var name = attribute.ConstructorArguments.ElementAtOrDefault(1).Value as string ?? "";
        var target = attribute.ConstructorArguments.FirstOrDefault().Value as INamedTypeSymbol;
        var service = target is { TypeKind: TypeKind.Interface } && Attributes.Of(target, "ServiceAttribute") is { } of
            ? ServiceReader.Read(target, of).Service
            : null;
        var push = service?.Methods.FirstOrDefault(other => other.IsPush && (other.ClrName == name || other.WireName == name));
        // A contract with errors of its own has been told of where it stands.
        if (service is null
            && target is { TypeKind: TypeKind.Interface }
            && Attributes.Of(target, "ServiceAttribute") is not null
            && ServiceMembers.HasPushes(target))
        {
            return null;
        }
        if (service is null || push is null)
        {
            report(Descriptors.NoSuchPush, method, method.Name, name, target?.Name ?? "");
            return null;
        }

        var parameters = method.Parameters.Where(parameter => !MethodReader.IsToken(parameter.Type)).ToArray();
        var form = MethodReader.FormOf(method.ReturnType);
        var fits = !method.IsGenericMethod
            && method.Parameters.Length - parameters.Length <= 1
            && (form is ResultForm.Void or ResultForm.Task or ResultForm.ValueTask)
            && parameters.All(parameter => parameter.RefKind == RefKind.None)
            // Nobody waits for the work of a handler whose push returns nothing.
            && (push.Form != ResultForm.Void || form == ResultForm.Void)
            && parameters.Select(parameter => parameter.Type.InSource(SymbolDisplayFormat.FullyQualifiedFormat))
                .SequenceEqual(push.Parameters.Select(parameter => parameter.TypeOf));
        if (!fits)
        {
            report(
                Descriptors.HandlerDoesNotFit,
                method,
                method.Name,
                push.ClrName,
                string.Join(", ", push.Parameters.Select(parameter => parameter.Type.Replace("global::", "") + " " + parameter.ClrName)));
            return null;
        }

        var token = method.Parameters.FirstOrDefault(parameter => MethodReader.IsToken(parameter.Type));
        return (service, new HandlerModel(push.WireName, method.Name, form, token?.Ordinal ?? -1));
    }

    private static string WithoutKeys(string name)
    {
        for (var open = name.IndexOf('['); open >= 0; open = name.IndexOf('['))
        {
            var close = name.IndexOf(']', open);
            if (close < 0) return name;
            name = name.Remove(open, close - open + 1);
        }

        return name;
    }

    private static bool IsGroupCharacter(char c) =>
        c is (>= '0' and <= '9') or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_' or '-' or '.';
}
