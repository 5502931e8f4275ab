using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Text.Json.Serialization.Metadata;
using Fan.Generators.Tests.Compiling;
using Fan.Meaning.Tests.Cases;
using Microsoft.CodeAnalysis;

namespace Fan.Meaning.Tests.Routes;

/// <summary>Cases that are compiled together, and what they were.</summary>
internal sealed class Batch
{
    private static readonly string Vocabulary = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cases", "Vocabulary.txt"));

    /// <summary>What ran.</summary>
    public List<CaseRun> Runs { get; } = [];

    /// <summary>Cases whose own source is no C#.</summary>
    public List<(Case Case, string Error)> NoCode { get; } = [];

    /// <summary>Cases that compile by themselves and not with what the generator wrote for them.</summary>
    public List<(Case Case, string Error)> Broken { get; } = [];

    /// <summary>What the generator says of each case that it refuses, by its seed.</summary>
    public Dictionary<int, string> Refusals { get; } = [];

    /// <summary>Compiles and runs cases.</summary>
    /// <param name="cases">The cases.</param>
    /// <param name="blindTo">What the generator does not get to see: it is taken out of the source that it reads.</param>
    /// <param name="resolvers">What the application says of its JSON.</param>
    public static async Task<Batch> RunAsync(IEnumerable<Case> cases, Regex? blindTo = null, params IJsonTypeInfoResolver[] resolvers)
    {
        var batch = new Batch();
        var left = cases.ToList();
        while (left.Count > 0)
        {
            var compilation = Compile(left, blindTo);
            if (compilation.Compiler.Count == 0)
            {
                batch.Refuse(left, compilation);
                await batch.RunAllAsync(left, compilation.LoadAccepted(), resolvers);
                break;
            }

            batch.TakeOut(left, compilation.Compiler);
        }

        return batch;
    }

    private static ContractCompilation Compile(List<Case> cases, Regex? blindTo)
    {
        if (blindTo is null) return ContractCompilation.Of([Vocabulary, .. cases.Select(@case => @case.Source)]);
        var seen = ContractCompilation.Of([Vocabulary, .. cases.Select(@case => blindTo.Replace(@case.Source, ""))]);
        // What was generated for those belongs to these, which are no services to the generator any more.
        return ContractCompilation.Of([
            Vocabulary,
            .. cases.Select(@case => @case.Source.Replace(@case.Service, "", StringComparison.Ordinal)),
            .. seen.Generated.Select(tree => tree.ToString())
        ]);
    }

    // What does not compile goes, and the others are compiled again.
    private void TakeOut(List<Case> cases, IReadOnlyList<Diagnostic> errors)
    {
        foreach (var group in errors.GroupBy(error => CaseOf(error, cases)).ToArray())
        {
            if (group.Key is not { } found)
            {
                throw new InvalidOperationException("An error outside of all cases: " + string.Join("\n", group.Take(3)));
            }
            cases.Remove(found);
            var isOwn = group.Any(error => error.Location.SourceTree!.FilePath.StartsWith("Source", StringComparison.Ordinal));
            (isOwn ? NoCode : Broken).Add((found, ContractCompilation.Explain(group.First())));
        }
    }

    private void Refuse(List<Case> cases, ContractCompilation compilation)
    {
        foreach (var problem in compilation.Generator.Where(
            problem => problem.Severity == DiagnosticSeverity.Error || problem.Id is "CS8785" or "CS8784"))
        {
            if (CaseOf(problem, cases) is { } refused) Refusals[refused.Seed] = $"{problem.Id}: {problem.GetMessage(null)}";
            else throw new InvalidOperationException("The generator ended: " + problem);
        }
    }

    private async Task RunAllAsync(List<Case> cases, Assembly assembly, IJsonTypeInfoResolver[] resolvers)
    {
        var contracts = ContractCompilation.Contracts(assembly).ToDictionary(contract => contract.ServiceType);
        await using var application = await Application.StartAsync(
            contracts.Keys.Select(contract => (contract, Activator.CreateInstance(assembly.GetType(contract.Namespace + ".Echo")!)!)),
            resolvers);
        foreach (var @case in cases)
        {
            var service = assembly.GetType(@case.Namespace + ".IEcho")!;
            var run = new CaseRun(@case, service, contracts.GetValueOrDefault(service), application);
            Runs.Add(run);
            try
            {
                await run.RunAsync();
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"The case of seed {@case.Seed} did not run: {error.Message}", error);
            }

        }
    }

    // The sources are named by their place, the vocabulary first; what is generated has the namespace in it.
    private static Case? CaseOf(Diagnostic problem, List<Case> cases)
    {
        var file = Path.GetFileNameWithoutExtension(problem.Location.GetLineSpan().Path ?? "");
        if (file.StartsWith("Source", StringComparison.Ordinal)
            && cases.ElementAtOrDefault(int.Parse(file.AsSpan("Source".Length), CultureInfo.InvariantCulture) - 2) is { } own)
        {
            return own;
        }
        var text = problem.Location.SourceTree?.ToString() ?? "";
        return cases.FirstOrDefault(@case => text.Contains($"global::{@case.Namespace}.IEcho", StringComparison.Ordinal));
    }
}
