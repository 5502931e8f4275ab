using Fan.Meaning.Tests.Cases;
using Fan.Meaning.Tests.Routes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fan.Meaning.Tests.Reducing;

/// <summary>Takes away from a case what its difference does not need.</summary>
internal static class Reducer
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.CSharp14);

    /// <summary>The smallest case found that still has such a difference.</summary>
    public static async Task<(Case Case, Difference Difference)> ReduceAsync(Case @case, Difference difference)
    {
        var root = await CSharpSyntaxTree.ParseText(@case.Source, Language).GetRootAsync(TestContext.Current.CancellationToken);
        for (var goesOn = true; goesOn;)
        {
            goesOn = false;
            for (var i = 0; Candidates(root).ElementAtOrDefault(i) is { } candidate; i++)
            {
                if (candidate() is not { } next || next.ToFullString().Length >= root.ToFullString().Length) continue;
                if (await FindAsync(@case with { Source = next.ToFullString() }, difference) is not { } found) continue;
                (root, difference, goesOn) = (next, found, true);
                i--;
            }
        }

        return (@case with { Source = root.ToFullString() }, difference);
    }

    private static async Task<Difference?> FindAsync(Case @case, Difference like)
    {
        try
        {
            var batch = await Batch.RunAsync([@case]);
            return batch.Runs.SelectMany(run => run.Differences).FirstOrDefault(other => other.IsLike(like));
        }
        catch (Exception error) when (error is InvalidOperationException or NullReferenceException or ArgumentException)
        {
            // What is left of the source is no case any more.
            return null;
        }
    }

    // Larger pieces first. Each candidate is made when it is tried.
    private static IEnumerable<Func<SyntaxNode?>> Candidates(SyntaxNode root)
    {
        foreach (var member
            in root.DescendantNodes().OfType<MemberDeclarationSyntax>().Where(node => node is not BaseNamespaceDeclarationSyntax
                && !IsContract(node)
                && !(node is MethodDeclarationSyntax && Holder(node) is "IEcho" or "Echo")))
            yield return () => Without(root, member);
        foreach (var method in root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(
            method => Holder(method) == "IEcho" && Methods(root, "IEcho") > 1))
        {
            yield return () => root.RemoveNodes(
                root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(
                    other => other.Identifier.Text == method.Identifier.Text && Holder(other) is "IEcho" or "Echo"),
                SyntaxRemoveOptions.KeepNoTrivia);
        }
        foreach (var attribute in root.DescendantNodes().OfType<AttributeListSyntax>().Where(
            list => !list.ToString().Contains("Service(", StringComparison.Ordinal)))
            yield return () => Without(root, attribute);
        foreach (var bases in root.DescendantNodes().OfType<BaseListSyntax>().Where(
            list => !list.ToString().Contains("IEcho", StringComparison.Ordinal)))
            yield return () => Without(root, bases);
        foreach (var parameter in root.DescendantNodes().OfType<ParameterSyntax>().Where(
            p => Holder(p.Parent!.Parent!) is not ("IEcho" or "Echo")))
            yield return () => Without(root, parameter);
        foreach (var initial in root.DescendantNodes().OfType<EqualsValueClauseSyntax>().Where(
            value => value.Parent is PropertyDeclarationSyntax or ParameterSyntax or EnumMemberDeclarationSyntax
                && value.Parent.Parent?.Parent is not MethodDeclarationSyntax))
            yield return () => Initial(root, initial);
        foreach (var statement in root.DescendantNodes().OfType<StatementSyntax>().Where(statement => statement is not BlockSyntax))
            yield return () => Without(root, statement);
        foreach (var type in root.DescendantNodes().OfType<TypeSyntax>().Where(
            type => type.Parent is PropertyDeclarationSyntax or VariableDeclarationSyntax or ParameterSyntax or TypeArgumentListSyntax
                or ArrayTypeSyntax or NullableTypeSyntax or TupleElementSyntax))
        {
            if (type is NullableTypeSyntax nullable) yield return () => root.ReplaceNode(type, nullable.ElementType);
            if (type is GenericNameSyntax generic && generic.TypeArgumentList.Arguments.Count == 1)
            {
                yield return () => root.ReplaceNode(type, generic.TypeArgumentList.Arguments[0]);
            }
            if (type is ArrayTypeSyntax array) yield return () => root.ReplaceNode(type, array.ElementType);
            if (type.ToString() is not "int")
            {
                yield return () => root.ReplaceNode(type, SyntaxFactory.ParseTypeName("int").WithTriviaFrom(type));
            }
        }

        foreach (var modifier in root.DescendantTokens().Where(token => token.IsKind(SyntaxKind.SealedKeyword)
            || token.IsKind(SyntaxKind.ReadOnlyKeyword)
            || token.IsKind(SyntaxKind.RequiredKeyword)
            || token.IsKind(SyntaxKind.AbstractKeyword)
            || token.IsKind(SyntaxKind.VirtualKeyword)))
            yield return () => root.ReplaceToken(modifier, SyntaxFactory.Token(SyntaxKind.None));
    }

    private static SyntaxNode? Without(SyntaxNode root, SyntaxNode node) => root.RemoveNode(node, SyntaxRemoveOptions.KeepNoTrivia);

    private static SyntaxNode? Initial(SyntaxNode root, EqualsValueClauseSyntax value) => value.Parent is PropertyDeclarationSyntax property
        ? root.ReplaceNode(property, property.WithInitializer(null).WithSemicolonToken(default))
        : Without(root, value);

    private static bool IsContract(SyntaxNode node) => node is TypeDeclarationSyntax { Identifier.Text: "IEcho" or "Echo" };

    private static string? Holder(SyntaxNode node) =>
        node.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().FirstOrDefault()?.Identifier.Text;

    private static int Methods(SyntaxNode root, string type) =>
        root.DescendantNodes().OfType<MethodDeclarationSyntax>().Count(method => Holder(method) == type);
}
