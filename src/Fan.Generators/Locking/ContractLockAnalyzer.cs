using System;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Fan.Generators.Diagnostics;
using Fan.Generators.Reading;
using Fan.Shapes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Fan.Generators.Locking;

/// <summary>
/// Holds every contract against <c>fan.contracts.lock.json</c>, where the project has one; writes the file where the build was told to.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ContractLockAnalyzer : DiagnosticAnalyzer
{
    internal const string VersionProperty = "version";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        Descriptors.Of(Descriptors.NotLocked),
        Descriptors.Of(Descriptors.ContractChanged),
        Descriptors.Of(Descriptors.StepTooSmall),
        Descriptors.Of(Descriptors.BadLock),
        Descriptors.Of(Descriptors.LockedServiceGone));

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(Start);
    }

    private static void Start(CompilationStartAnalysisContext context)
    {
        var options = context.Options.AnalyzerConfigOptionsProvider.GlobalOptions;
        var file = context.Options.AdditionalFiles.FirstOrDefault(file => IsLock(file.Path));
        var path = options.TryGetValue("build_property.FanUpdateContractLock", out var update)
            && string.Equals(update, "true", StringComparison.OrdinalIgnoreCase)
            && options.TryGetValue("build_property.FanContractLockFile", out var wanted) && wanted.Length > 0 ? wanted : null;
        if (file is null && path is null) return;

        var text = file?.GetText(context.CancellationToken);
        var locked = ContractLock.Empty;
        try
        {
            if (text is not null) locked = ContractLock.Parse(text.ToString());
        }
        catch (FormatException error) when (path is null)
        {
            context.RegisterCompilationEndAction(end => end.ReportDiagnostic(
                Diagnostic.Create(Descriptors.Of(Descriptors.BadLock), Place(file!), ContractLock.FileName, error.Message)));
            return;
        }
        catch (FormatException)
        {
            // It is written anew.
        }

        var contracts = new ConcurrentBag<ContractShape>();
        context.RegisterSymbolAction(
            symbol =>
            {
                if (Services.Read((INamedTypeSymbol)symbol.Symbol) is not { } contract) return;
                contracts.Add(contract);
                if (path is not null || LockCheck.Of(locked, contract) is not { } finding) return;
                var properties = finding.Needed.Length == 0
                    ? ImmutableDictionary<string, string?>.Empty
                    : ImmutableDictionary<string, string?>.Empty.Add(VersionProperty, finding.Needed);
                symbol.ReportDiagnostic(
                    Diagnostic.Create(Descriptors.Of(finding.Id), symbol.Symbol.Locations[0], properties, [.. finding.Arguments]));
            },
            SymbolKind.NamedType);
        context.RegisterCompilationEndAction(end =>
        {
            if (path is not null)
            {
                Write(path, locked.With(contracts).Write(), text?.ToString());
                return;
            }

            foreach (var gone in locked.Services.Where(service => contracts.All(contract => contract.Service != service)))
            {
                end.ReportDiagnostic(
                    Diagnostic.Create(Descriptors.Of(Descriptors.LockedServiceGone), Place(file!), gone, ContractLock.FileName));
            }
        });
    }

    internal static bool IsLock(string path) =>
        string.Equals(Path.GetFileName(path), ContractLock.FileName, StringComparison.OrdinalIgnoreCase);

    private static Location Place(AdditionalText file) => Location.Create(file.Path, default, new LinePositionSpan(default, default));

    // Only where a build was told to, in so many words.
#pragma warning disable RS1035
    private static void Write(string path, string text, string? before)
    {
        if (text != before) File.WriteAllText(path, text);
    }
#pragma warning restore RS1035
}
