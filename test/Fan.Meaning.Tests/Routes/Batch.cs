using System.Reflection;
using Fan.Generated;
using Fan.Generators.Tests.Compiling;
using Fan.Meaning.Tests.Cases;
using Microsoft.CodeAnalysis;

namespace Fan.Meaning.Tests.Routes;

/// <summary>Cases that are compiled together, and what they were.</summary>
internal sealed class Batch
{
    private static readonly string Vocabulary = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cases", "Vocabulary.txt"));

    /// <summary>What ran, by its case.</summary>
    public List<(Case Case, CaseRun Run)> Runs { get; } = [];

    /// <summary>Cases whose own source is no C#.</summary>
    public List<(Case Case, string Error)> NoCode { get; } = [];

    /// <summary>Cases that compile by themselves and not with what the generator wrote for them.</summary>
    public List<(Case Case, string Error)> Broken { get; } = [];

    /// <summary>What the generator says of each case that it refuses.</summary>
    public Dictionary<int, string> Refusals { get; } = [];

    public static Batch Run(IEnumerable<Case> cases, Application? application = null)
    {
        var batch = new Batch();
        var left = cases.ToList();
        while (batch.Compile(left) is { } compilation)
        {
            if (compilation.TryLoad(out var errors) is { } assembly)
            {
                batch.RunAll(left, compilation, assembly, application ?? new Application());
                break;
            }

            batch.TakeOut(left, errors);
        }

        return batch;
    }

    private ContractCompilation? Compile(List<Case> cases) => cases.Count == 0 ? null : ContractCompilation.Of([Vocabulary, .. cases.Select(@case => @case.Source)]);

    // What does not compile goes, and the others are compiled again.
    private void TakeOut(List<Case> cases, IReadOnlyList<Diagnostic> errors)
    {
        foreach (var group in errors.GroupBy(error => CaseOf(error, cases)))
        {
            if (group.Key is not { } found) throw new InvalidOperationException("An error outside of all cases: " + string.Join("\n", group.Take(3)));
            cases.Remove(found);
            var isOwn = group.Any(error => error.Location.SourceTree!.FilePath.StartsWith("Source", StringComparison.Ordinal));
            (isOwn ? NoCode : Broken).Add((found, group.First().ToString()));
        }
    }

    private void RunAll(List<Case> cases, ContractCompilation compilation, Assembly assembly, Application application)
    {
        foreach (var problem in compilation.Generator.Where(problem => problem.Severity == DiagnosticSeverity.Error))
        {
            if (CaseOf(problem, cases) is { } refused) Refusals[refused.Seed] = problem.Id + ": " + problem.GetMessage(null);
            else throw new InvalidOperationException("The generator ended: " + problem);
        }

        var contracts = ContractCompilation.Contracts(assembly).ToDictionary(contract => contract.ServiceType.Namespace!);
        foreach (var @case in cases)
        {
            var run = new CaseRun(@case, assembly, contracts.GetValueOrDefault(@case.Namespace), application);
            run.Run();
            Runs.Add((@case, run));
        }
    }

    private static Case? CaseOf(Diagnostic problem, List<Case> cases)
    {
        if (problem.Location.SourceTree is not { } tree) return null;
        var text = tree.ToString();
        var start = text.IndexOf("namespace Case", StringComparison.Ordinal);
        return start < 0 ? null : cases.FirstOrDefault(@case => text.AsSpan(start + "namespace ".Length).TrimStart().StartsWith(@case.Namespace, StringComparison.Ordinal) && !char.IsAsciiDigit(text[start + "namespace ".Length + @case.Namespace.Length]));
    }
}
