using System;
using System.Linq;
using System.Text;
using Fan.Generators.Diagnostics;
using Fan.Generators.Model;
using Fan.Generators.Reading;
using Fan.Generators.Writing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Fan.Generators;

/// <summary>Writes the contract, client, proxy and dispatcher of every type with <c>[Service]</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ServiceGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var found = context.SyntaxProvider
            .ForAttributeWithMetadataName("Fan.ServiceAttribute", static (node, _) => node is TypeDeclarationSyntax, ServiceReader.Read)
            .WithTrackingName("Services");

        var misplaced = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                "Fan.SubscribeAttribute", static (node, _) => node is MethodDeclarationSyntax, SubscriptionReader.ReadPlace)
            .Where(static problem => problem is not null)
            .WithTrackingName("Misplaced");

        context.RegisterSourceOutput(misplaced, static (output, problem) => output.ReportDiagnostic(problem!.ToDiagnostic()));
        foreach (var attribute in new[] { "Fan.RpcAttribute", "Fan.PushAttribute", "Fan.SubscribeAttribute" })
        {
            var local = context.SyntaxProvider
                .ForAttributeWithMetadataName(
                    attribute,
                    static (node, _) => node is LocalFunctionStatementSyntax or LambdaExpressionSyntax,
                    static (function, _) => function.TargetNode switch
                    {
                        ParenthesizedLambdaExpressionSyntax lambda =>
                            FoundProblem.At(Descriptors.NotCallable, lambda.ParameterList.GetLocation(), "=>", "it is a lambda"),
                        LocalFunctionStatementSyntax local => FoundProblem.At(
                            Descriptors.NotCallable,
                            local.Identifier.GetLocation(),
                            local.Identifier.ValueText,
                            "it is local to another method"),
                        var node => FoundProblem.At(Descriptors.NotCallable, node.GetLocation(), "=>", "it is a lambda"),
                    })
                .WithTrackingName("LocalFunctions");
            context.RegisterSourceOutput(local, static (output, problem) => output.ReportDiagnostic(problem.ToDiagnostic()));
        }

        context.RegisterSourceOutput(found, static (output, service) =>
        {
            foreach (var problem in service.Problems) output.ReportDiagnostic(problem.ToDiagnostic());
            if (service.Service is { } model) Write(output, model);
        });
    }

    private static void Write(SourceProductionContext output, ServiceModel model)
    {
        try
        {
            output.AddSource(model.FileName + ".g.cs", SourceText.From(ContractWriter.Write(model), Encoding.UTF8));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            output.ReportDiagnostic(
                FoundProblem.At(
                    Descriptors.GeneratorFailed, null, model.TypeName, $"{error.GetType().Name}: {error.Message}").ToDiagnostic());
        }
    }
}
