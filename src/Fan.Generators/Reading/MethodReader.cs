using System;
using System.Globalization;
using System.Linq;
using Fan.Generators.Diagnostics;
using Fan.Generators.Model;
using Fan.Shapes;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

internal delegate void ReportProblem(string id, ISymbol symbol, params string[] arguments);

/// <summary>Reads one method of a service.</summary>
internal static class MethodReader
{
    private static readonly SymbolDisplayFormat FullName = SymbolDisplayFormat.FullyQualifiedFormat.WithMiscellaneousOptions(
        SymbolDisplayFormat.FullyQualifiedFormat.MiscellaneousOptions
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static MethodModel? Read(IMethodSymbol method, string identifier, string service, WireTypes types, ReportProblem report)
    {
        if (method.IsGenericMethod)
        {
            report(Descriptors.Generic, method, method.Name);
            return null;
        }

        var push = Attributes.OfMethod(method, "PushAttribute");
        var rpc = Attributes.OfMethod(method, "RpcAttribute");
        var (form, result) = Form(method.ReturnType);
        var wireName = Attributes.Named<string>(push ?? rpc, "Name") ?? WireNames.OfMethod(method.Name);
        var parameters = method.Parameters.Where(p => !IsToken(p.Type)).ToArray();
        var token = method.Parameters.FirstOrDefault(p => IsToken(p.Type));

        if (!WireNames.IsValid(wireName)) report(Descriptors.BadWireName, method, wireName, method.Name);
        if (Attributes.Named<int>(rpc, "TimeoutMilliseconds") is < -1 and var limit)
        {
            report(Descriptors.BadTimeLimit, method, method.Name, limit.ToString(CultureInfo.InvariantCulture));
        }
        if (parameters.Length > 64) report(Descriptors.TooManyParameters, method, method.Name);
        if (method.ReturnsByRef || method.ReturnsByRefReadonly) report(Descriptors.RefParameter, method, "The result", method.Name);
        if (push is not null && result is not null) report(Descriptors.PushWithResult, method, method.Name);
        if (result is not null && types.ProblemOf(types.Add(result)) is { } reason)
        {
            report(Descriptors.NotSerializable, method, "The result", method.Name, reason);
        }
        foreach (var further in method.Parameters.Where(p => IsToken(p.Type)).Skip(1))
        {
            report(Descriptors.SeveralTokens, further, method.Name);
        }
        if (token is null) report(Descriptors.NoCancellation, method, method.Name);
        else if (token.RefKind != RefKind.None) report(Descriptors.RefParameter, token, token.Name, method.Name);
        if (form is ResultForm.Void or ResultForm.Value) report(Descriptors.Synchronous, method, method.Name);
        foreach (var parameter in parameters) Check(method, parameter, types, report);
        foreach (var twice in parameters.GroupBy(p => WireNames.SnakeCase(p.Name)).Where(group => group.Count() > 1))
            report(Descriptors.SameArgumentName, twice.Last(), twice.Last().Name, method.Name, twice.Key);

        var models = parameters.Select(p => Parameter(p, types)).ToArray();
        var route = Attributes.OfMethod(method, "HttpRouteAttribute");
        var verb = (route?.ConstructorArguments.ElementAtOrDefault(0).Value as string)?.ToUpperInvariant();
        var template = route?.ConstructorArguments.ElementAtOrDefault(1).Value as string;
        if (route is not null && RouteProblem(verb, template, service, models) is { } problem)
        {
            report(Descriptors.BadRoute, method, method.Name, problem);
        }
        // Whoever sends what the standard calls safe answers for nothing that it does.
        else if (verb is "GET" or "HEAD" && !Attributes.Named<bool>(rpc, "Idempotent"))
        {
            report(Descriptors.UnsafeVerb, method, method.Name, verb);
        }

        return new MethodModel(
            identifier,
            method.ContainingType.InSource(SymbolDisplayFormat.FullyQualifiedFormat),
            method.Name,
            wireName,
            method.ReturnType.InSource(FullName),
            form,
            result?.InSource(FullName) ?? "global::Fan.Generated.Unit",
            result?.InSource(SymbolDisplayFormat.FullyQualifiedFormat) ?? "global::Fan.Generated.Unit",
            result is not null && AllowsNull(result, result.NullableAnnotation),
            push is not null,
            Attributes.Named<bool>(rpc, "Idempotent"),
            Attributes.Named<int>(rpc, "TimeoutMilliseconds"),
            verb,
            template,
            Attributes.Named<string>(route, "ContentType") ?? "application/json",
            token is null ? -1 : token.Ordinal, "", Summary(method), new(models),
            result is null ? WireTypes.None : types.Add(result), IsCompact: false, default, ResultShape: null);
    }

    /// <summary>The method with the types that travel in their normal form; asked only where all of them can cross.</summary>
    public static MethodModel WithShapes(MethodModel model, IMethodSymbol method, ShapeReader shapes)
    {
        var parameters = method.Parameters.Where(p => !IsToken(p.Type)).Zip(model.Parameters, (symbol, parameter) => parameter with
        {
            Shape = new ParameterShape(
                parameter.WireName,
                parameter.IsOptional,
                shapes.Of(symbol.Type),
                parameter.IsOptional ? Literals.ShapeOf(symbol, AllowsNull(symbol.Type, symbol.NullableAnnotation)) : null).ToString(),
        });
        return model with
        {
            Parameters = new(parameters),
            ResultShape = Form(method.ReturnType).Result is { } result ? shapes.Of(result) : null
        };
    }

    private static void Check(IMethodSymbol method, IParameterSymbol parameter, WireTypes types, ReportProblem report)
    {
        if (parameter.RefKind != RefKind.None)
        {
            report(Descriptors.RefParameter, parameter, parameter.Name, method.Name);
        }
        else if (parameter.Type.Name == "IAsyncEnumerable")
        {
            report(Descriptors.StreamParameter, parameter, parameter.Name, method.Name);
        }
        else if (types.ProblemOf(types.Add(parameter.Type)) is { } reason)
        {
            report(Descriptors.NotSerializable, parameter, parameter.Name, method.Name, reason);
        }
    }

    private static ParameterModel Parameter(IParameterSymbol parameter, WireTypes types) => new(
        parameter.Name,
        WireNames.SnakeCase(parameter.Name),
        parameter.Type.InSource(FullName),
        parameter.Type.InSource(SymbolDisplayFormat.FullyQualifiedFormat),
        parameter.IsOptional,
        Literals.Of(parameter),
        AllowsNull(parameter.Type, parameter.NullableAnnotation) || IsNullByDefault(parameter),
        types.Add(parameter.Type),
        "");

    // Whatever its type says: what may be left out for null may be null.
    private static bool IsNullByDefault(IParameterSymbol parameter) =>
        parameter.IsOptional && parameter.Type.IsReferenceType && Literals.Of(parameter) is null;

    // A JsonElement holds JSON's null as a value of its own.
    private static bool AllowsNull(ITypeSymbol type, NullableAnnotation annotation) =>
        type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
        || (type.IsReferenceType && annotation != NullableAnnotation.NotAnnotated)
        || WireScalars.HoldsNull(type);

    public static ResultForm FormOf(ITypeSymbol type) => Form(type).Form;

    private static (ResultForm Form, ITypeSymbol? Result) Form(ITypeSymbol type)
    {
        if (type.SpecialType == SpecialType.System_Void) return (ResultForm.Void, null);
        var space = type.ContainingNamespace?.ToDisplayString();
        var argument = (type as INamedTypeSymbol)?.TypeArguments.FirstOrDefault();
        return (space, type.Name) switch
        {
            ("System.Threading.Tasks", "Task") => (argument is null ? ResultForm.Task : ResultForm.TaskOf, argument),
            ("System.Threading.Tasks", "ValueTask") => (argument is null ? ResultForm.ValueTask : ResultForm.ValueTaskOf, argument),
            ("System.Collections.Generic", "IAsyncEnumerable") => (ResultForm.Stream, argument),
            _ => (ResultForm.Value, type),
        };
    }

    private static string? RouteProblem(string? verb, string? template, string service, ParameterModel[] parameters)
    {
        if (verb is not ("GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS")) return $"'{verb}' is no HTTP verb";
        if (template is null || !template.StartsWith("/", StringComparison.Ordinal)) return "the template must start with '/'";
        for (var at = template.IndexOf('{'); at >= 0; at = template.IndexOf('{', at + 1))
        {
            var close = template.IndexOf('}', at);
            if (close < 0) return $"the brace at {at + 1} is not closed";
            var name = template.Substring(at + 1, close - at - 1);
            if (parameters.All(p => p.WireName != name) && !service.Contains($"[{name}]"))
            {
                return $"'{{{name}}}' is none of its arguments, and no shard key of '{service}'";
            }
        }

        return null;
    }

    private static string? Summary(IMethodSymbol method)
    {
        var xml = method.GetDocumentationCommentXml() ?? "";
        var start = xml.IndexOf("<summary>", StringComparison.Ordinal);
        var end = xml.IndexOf("</summary>", StringComparison.Ordinal);
        if (start < 0 || end < start || xml.IndexOf('<', start + 9) != end) return null;
        var text = string.Join(
            " ", xml.Substring(start + 9, end - start - 9).Split([' ', '\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
        var stop = text.IndexOf(". ", StringComparison.Ordinal);
        return stop < 0 ? text : text.Substring(0, stop + 1);
    }

    public static bool IsToken(ITypeSymbol type) =>
        type.Name == "CancellationToken" && type.ContainingNamespace?.ToDisplayString() == "System.Threading";
}
