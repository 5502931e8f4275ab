using System.Text;
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
            .ForAttributeWithMetadataName("Fan.SubscribeAttribute", static (node, _) => node is MethodDeclarationSyntax, SubscriptionReader.ReadPlace)
            .Where(static problem => problem is not null)
            .WithTrackingName("Misplaced");

        context.RegisterSourceOutput(misplaced, static (output, problem) => output.ReportDiagnostic(problem!.ToDiagnostic()));
        context.RegisterSourceOutput(found, static (output, service) =>
        {
            foreach (var problem in service.Problems) output.ReportDiagnostic(problem.ToDiagnostic());
            if (service.Service is { } model)
                output.AddSource((model.Namespace.Length == 0 ? "" : model.Namespace + ".") + model.SafeName + ".g.cs", SourceText.From(ContractWriter.Write(model), Encoding.UTF8));
        });
    }
}
