using System;
using Microsoft.CodeAnalysis.Text;

namespace Fan.Generators.CodeFixes;

/// <summary>Writes what the source has now into <c>fan.contracts.lock.json</c>, for all services of the project.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UpdateContractLockFix))]
[Shared]
public sealed class UpdateContractLockFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(
        Descriptors.NotLocked, Descriptors.ContractChanged);

    /// <summary>None: one fix is the fix of all.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var project = context.Document.Project;
        if (project.AdditionalDocuments.FirstOrDefault(
            document => ContractLockAnalyzer.IsLock(document.FilePath ?? document.Name)) is { } file)
        {
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Update {ContractLock.FileName}",
                    cancellationToken => UpdateAsync(project, file, cancellationToken),
                    nameof(UpdateContractLockFix)), context.Diagnostics);
        }

        return Task.CompletedTask;
    }

    private static async Task<Solution> UpdateAsync(Project project, TextDocument file, CancellationToken cancellationToken)
    {
        var before = await file.GetTextAsync(cancellationToken).ConfigureAwait(false);
        var compilation = await project.GetCompilationAsync(cancellationToken).ConfigureAwait(false);
        if (compilation is null) return project.Solution;
        var after = Read(before.ToString()).With(Services.All(compilation, cancellationToken)).Write();
        return project.Solution.WithAdditionalDocumentText(file.Id, SourceText.From(after, before.Encoding));
    }

    private static ContractLock Read(string text)
    {
        try
        {
            return ContractLock.Parse(text);
        }
        catch (FormatException)
        {
            return ContractLock.Empty;
        }
    }
}
