using Fan.Generators.CodeFixes;
using Fan.Generators.Locking;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Fan.Generators.Tests;

/// <summary>What an editor offers for a contract that is not the one in the lock.</summary>
public sealed class CodeFixTests
{
    private const string Before = """
        [Service("shop", Version = "1.2.0")]
        public interface IShop { ValueTask<Wine> GetAsync(int id, CancellationToken ct = default); }
        public sealed record Wine(int Id);
        """;

    private static readonly string After = Before.Replace("int Id)", "int Id, string? Note = null)", StringComparison.Ordinal);

    [Fact]
    public async Task The_lock_is_updated_by_a_fix()
    {
        using var workspace = new AdhocWorkspace();
        var (document, file) = Open(workspace, After, LockSetup.LockOf(Before));

        var changed = await ApplyAsync(new UpdateContractLockFix(), document);

        var text = await changed.GetAdditionalDocument(file)!.GetTextAsync(TestContext.Current.CancellationToken);
        Assert.Equal(LockSetup.LockOf(After), text.ToString());
        Assert.Empty(await LockSetup.DiagnosticsAsync(After, text.ToString()));
    }

    [Theory]
    [InlineData("[Service(\"shop\", Version = \"1.2.0\")]", "[Service(\"shop\", Version = \"1.3.0\")]")]
    [InlineData("[Service(\"shop\")]", "[Service(\"shop\", Version = \"1.1.0\")]")]
    public async Task The_version_is_set_by_a_fix(string attribute, string expected)
    {
        using var workspace = new AdhocWorkspace();
        var (document, _) = Open(
            workspace,
            After.Replace("[Service(\"shop\", Version = \"1.2.0\")]", attribute, StringComparison.Ordinal),
            LockSetup.LockOf(Before.Replace("[Service(\"shop\", Version = \"1.2.0\")]", attribute, StringComparison.Ordinal)));

        var changed = await ApplyAsync(new SetVersionFix(), document);

        var text = await changed.GetDocument(document.Id)!.GetTextAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith(LockSetup.Preamble + expected, text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_diagnostic_that_a_fix_is_for_is_reported_by_the_analyzer()
    {
        var reported = new ContractLockAnalyzer().SupportedDiagnostics.Select(descriptor => descriptor.Id).ToList();

        Assert.All(
            new UpdateContractLockFix().FixableDiagnosticIds.Concat(new SetVersionFix().FixableDiagnosticIds),
            id => Assert.Contains(id, reported));
    }

    private static (Document Document, DocumentId Lock) Open(AdhocWorkspace workspace, string source, string locked)
    {
        var project = workspace.AddProject(ProjectInfo.Create(
            ProjectId.CreateNewId(), VersionStamp.Default, "Test", "Test", LanguageNames.CSharp, metadataReferences: LockSetup.References,
            compilationOptions: new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)));
        var document = project.AddDocument("Test.cs", LockSetup.Preamble + source);
        var file = document.Project.AddAdditionalDocument(
            ContractLock.FileName, SourceText.From(locked), filePath: "/project/" + ContractLock.FileName);
        return (file.Project.GetDocument(document.Id)!, file.Id);
    }

    private static async Task<Solution> ApplyAsync(CodeFixProvider provider, Document document)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var compilation = await document.Project.GetCompilationAsync(cancellationToken);
        var options = document.Project.AnalyzerOptions;
        var found = await Microsoft.CodeAnalysis.Diagnostics.DiagnosticAnalyzerExtensions
            .WithAnalyzers(compilation!, [new ContractLockAnalyzer()], options)
            .GetAnalyzerDiagnosticsAsync(cancellationToken);
        var actions = new List<CodeAction>();
        await provider.RegisterCodeFixesAsync(new CodeFixContext(
            document,
            found.Single(diagnostic => provider.FixableDiagnosticIds.Contains(diagnostic.Id)),
            (action, _) => actions.Add(action),
            cancellationToken));
        var operations = await Assert.Single(actions).GetOperationsAsync(cancellationToken);
        return operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
    }
}
