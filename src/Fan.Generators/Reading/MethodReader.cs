using System;
using System.Linq;
using Fan.Generators.Diagnostics;
using Fan.Generators.Model;
using Fan.Shapes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fan.Generators.Reading;

internal delegate void ReportProblem(string id, ISymbol symbol, params string[] arguments);

/// <summary>Reads one method of a service.</summary>
internal static class MethodReader
{
    private static readonly SymbolDisplayFormat FullName = SymbolDisplayFormat.FullyQualifiedFormat.WithMiscellaneousOptions(
        SymbolDisplayFormat.FullyQualifiedFormat.MiscellaneousOptions | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static MethodModel? Read(IMethodSymbol method, string identifier, string service, CompactTypes compact, ShapeReader shapes, ReportProblem report)
    {
        if (method.IsGenericMethod)
        {
            report(Descriptors.Generic, method, method.Name);
            return null;
        }

        var push = Attributes.Of(method, "PushAttribute");
        var rpc = Attributes.Of(method, "RpcAttribute");
        var (form, result) = Form(method.ReturnType);
        var wireName = Attributes.Named<string>(push ?? rpc, "Name") ?? WireNames.OfMethod(method.Name);
        var parameters = method.Parameters.Where(p => !IsToken(p.Type)).ToArray();
        var token = method.Parameters.FirstOrDefault(p => IsToken(p.Type));

        if (parameters.Length > 64) report(Descriptors.TooManyParameters, method, method.Name);
        if (push is not null && result is not null) report(Descriptors.PushWithResult, method, method.Name);
        if (result is not null && !Serializability.CanCross(result)) report(Descriptors.NotSerializable, method, "The result", method.Name, result.ToDisplayString());
        if (token is null) report(Descriptors.NoCancellation, method, method.Name);
        if (form is ResultForm.Void or ResultForm.Value) report(Descriptors.Synchronous, method, method.Name);
        foreach (var parameter in parameters) Check(method, parameter, report);

        var models = parameters.Select(p => Parameter(p, compact, shapes)).ToArray();
        var route = Attributes.Of(method, "HttpRouteAttribute");
        var verb = (route?.ConstructorArguments.ElementAtOrDefault(0).Value as string)?.ToUpperInvariant();
        var template = route?.ConstructorArguments.ElementAtOrDefault(1).Value as string;
        if (route is not null && RouteProblem(verb, template, service, models) is { } problem) report(Descriptors.BadRoute, method, method.Name, problem);

        return new MethodModel(
            identifier, method.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), method.Name, wireName, method.ReturnType.ToDisplayString(FullName), form,
            result?.ToDisplayString(FullName) ?? "global::Fan.Generated.Unit", push is not null, Attributes.Named<bool>(rpc, "Idempotent"),
            Attributes.Named<int>(rpc, "TimeoutMilliseconds"), verb, template, Attributes.Named<string>(route, "ContentType") ?? "application/json",
            token?.Name, token?.IsOptional ?? false, token is null ? -1 : token.Ordinal, "", Summary(method), new(models),
            result is null ? CompactTypes.None : compact.Add(result), IsCompact: false, result is null ? null : shapes.Of(result));
    }

    private static void Check(IMethodSymbol method, IParameterSymbol parameter, ReportProblem report)
    {
        if (parameter.RefKind != RefKind.None) report(Descriptors.RefParameter, parameter, parameter.Name, method.Name);
        else if (parameter.Type.Name == "IAsyncEnumerable") report(Descriptors.StreamParameter, parameter, parameter.Name, method.Name);
        else if (!Serializability.CanCross(parameter.Type)) report(Descriptors.NotSerializable, parameter, parameter.Name, method.Name, parameter.Type.ToDisplayString());
    }

    private static ParameterModel Parameter(IParameterSymbol parameter, CompactTypes compact, ShapeReader shapes)
    {
        var nullable = parameter.Type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T ||
            (parameter.Type.IsReferenceType && parameter.NullableAnnotation != NullableAnnotation.NotAnnotated);
        return new ParameterModel(
            parameter.Name, WireNames.SnakeCase(parameter.Name), parameter.Type.ToDisplayString(FullName),
            parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), parameter.IsOptional,
            parameter.HasExplicitDefaultValue ? Literal(parameter) : null, nullable, compact.Add(parameter.Type),
            new ParameterShape(WireNames.SnakeCase(parameter.Name), parameter.IsOptional, shapes.Of(parameter.Type), parameter.IsOptional ? Default(parameter, nullable) : null).ToString());
    }

    public static string Literal(IParameterSymbol parameter)
    {
        var value = parameter.ExplicitDefaultValue;
        if (value is null) return "default!";
        var text = value switch
        {
            bool b => b ? "true" : "false",
            string s => SymbolDisplay.FormatLiteral(s, quote: true),
            char c => SymbolDisplay.FormatLiteral(c, quote: true),
            double.NaN => "double.NaN",
            double.PositiveInfinity => "double.PositiveInfinity",
            double.NegativeInfinity => "double.NegativeInfinity",
            float f => f.ToString("R", System.Globalization.CultureInfo.InvariantCulture) + "F",
            double d => d.ToString("R", System.Globalization.CultureInfo.InvariantCulture) + "D",
            decimal m => m.ToString(System.Globalization.CultureInfo.InvariantCulture) + "M",
            IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => "default",
        };
        var type = parameter.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : parameter.Type;
        return type.TypeKind == TypeKind.Enum ? $"({type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)})({text})" : text;
    }

    private static string Default(IParameterSymbol parameter, bool isNullable)
    {
        if (!parameter.HasExplicitDefaultValue || parameter.ExplicitDefaultValue is not { } value) return isNullable ? "null" : "default";
        return value switch
        {
            bool b => b ? "true" : "false",
            string s => SymbolDisplay.FormatLiteral(s, quote: true),
            char c => SymbolDisplay.FormatLiteral(c, quote: true),
            float f => f.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            double d => d.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => "default",
        };
    }

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
            if (parameters.All(p => p.WireName != name) && !service.Contains($"[{name}]")) return $"'{{{name}}}' is none of its arguments, and no shard key of '{service}'";
        }

        return null;
    }

    private static string? Summary(IMethodSymbol method)
    {
        var xml = method.GetDocumentationCommentXml() ?? "";
        var start = xml.IndexOf("<summary>", StringComparison.Ordinal);
        var end = xml.IndexOf("</summary>", StringComparison.Ordinal);
        if (start < 0 || end < start || xml.IndexOf('<', start + 9) != end) return null;
        var text = string.Join(" ", xml.Substring(start + 9, end - start - 9).Split([' ', '\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
        var stop = text.IndexOf(". ", StringComparison.Ordinal);
        return stop < 0 ? text : text.Substring(0, stop + 1);
    }

    public static bool IsToken(ITypeSymbol type) => type.Name == "CancellationToken" && type.ContainingNamespace?.ToDisplayString() == "System.Threading";
}
