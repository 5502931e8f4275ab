using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fan.Generators.CodeFixes;

/// <summary>Gives a changed contract the version that its change asks for.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SetVersionFix))]
[Shared]
public sealed class SetVersionFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(
        Descriptors.ContractChanged, Descriptors.StepTooSmall);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (!diagnostic.Properties.TryGetValue(ContractLockAnalyzer.VersionProperty, out var version) || version is null) continue;
            var type = root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>();
            if (type?.AttributeLists.SelectMany(list => list.Attributes).FirstOrDefault(IsService) is not { } attribute) continue;
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Set the version to {version}",
                    cancellationToken => SetAsync(context.Document, attribute, version, cancellationToken),
                    nameof(SetVersionFix)), diagnostic);
        }
    }

    private static async Task<Document> SetAsync(
        Document document, AttributeSyntax attribute, string version, CancellationToken cancellationToken)
    {
        var value = SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(version));
        var given = attribute.ArgumentList!.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.Text == "Version");
        var changed = given is not null
            ? attribute.ReplaceNode(given.Expression, value.WithTriviaFrom(given.Expression))
            : attribute.AddArgumentListArguments(SyntaxFactory.AttributeArgument(
                SyntaxFactory.NameEquals(SyntaxFactory.IdentifierName("Version").WithTrailingTrivia(SyntaxFactory.Space))
                    .WithEqualsToken(SyntaxFactory.Token(SyntaxKind.EqualsToken).WithTrailingTrivia(SyntaxFactory.Space)),
                null, value).WithLeadingTrivia(SyntaxFactory.Space));
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        return document.WithSyntaxRoot(root!.ReplaceNode(attribute, changed));
    }

    private static bool IsService(AttributeSyntax attribute) =>
        attribute.Name.ToString().Split('.').Last() is "Service" or "ServiceAttribute" && attribute.ArgumentList is not null;
}
