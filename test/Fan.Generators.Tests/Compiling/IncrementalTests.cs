using System.Diagnostics;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Fan.Generators.Tests.Compiling;

/// <summary>While somebody types, only what changed is generated again.</summary>
public sealed class IncrementalTests
{
    private const string One =
        "namespace Shop; [Service(\"one\")] public interface IOne { ValueTask<Pair> A(Pair x, CancellationToken ct); " +
        "[Push] void Told(int x); }";
    private const string Two =
        "namespace Shop; [Service(\"two\")] public interface ITwo { ValueTask<Pair?> B(List<Pair> x, int y = 3, " +
        "CancellationToken ct = default); }";
    private const string Three =
        "namespace Shop; [Service(\"three\")] public class Three { [Rpc] public int C(int x) => x; [Subscribe(typeof(IOne), " +
        "\"told\")] public void On(int x) { } }";
    private const string Bad =
        "namespace Shop; [Service(\"bad\")] public interface IBad { ValueTask<int> D(Action x, int userId, CancellationToken ct); }";
    private const string Misplaced =
        "namespace Shop; public class Elsewhere { [Subscribe(typeof(IOne), \"told\")] public void On(int x) { } }";
    private const string Types = "namespace Shop; public record Pair(int A, string B);";
    private const string Other = "namespace Shop; class Unrelated { void M() { int x = 1; } }";

    private static readonly string[] All = [One, Two, Three, Bad, Misplaced, Types, Other];

    [Fact]
    public void An_edit_of_a_file_that_has_nothing_to_do_with_contracts_changes_nothing()
    {
        var (driver, compilation) = Start();

        Unchanged(driver, Edit(compilation, Other, "int x = 1;", "int x = 2; int y = x;"));
    }

    [Fact]
    public void A_file_more_or_less_changes_nothing()
    {
        var (driver, compilation) = Start();
        var more = compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(
            "namespace Other { class New { } }",
            (CSharpParseOptions)compilation.SyntaxTrees[0].Options,
            "New.cs",
            cancellationToken: TestContext.Current.CancellationToken));

        driver = Unchanged(driver, more);
        Unchanged(driver, compilation);
    }

    [Fact]
    public void A_comment_or_a_body_in_the_file_of_a_contract_changes_nothing_that_is_written()
    {
        var (driver, compilation) = Start();
        driver = Unchanged(driver, Edit(compilation, One, "[Push] void Told(int x); }", "[Push] void Told(int x); } // later"));
        driver = Unchanged(driver, Edit(compilation, Three, "=> x;", "=> x + 1;"));

        Unchanged(driver, Edit(compilation, Misplaced, "{ } }", "{ x++; } }"));
    }

    [Theory]
    [InlineData(One, "ValueTask<Pair> A(Pair x", "ValueTask<Pair> A(Pair x, int more", "One", "Three")]
    [InlineData(Two, "y = 3", "y = 4", "Two")]
    [InlineData(Three, "[Rpc] public int C", "[Rpc] public int D", "Three")]
    public void An_edit_within_a_contract_writes_it_anew_and_no_other(string file, string old, string replacement, params string[] affected)
    {
        var (driver, compilation) = Start();
        var before = Texts(driver);

        driver = driver.RunGenerators(Edit(compilation, file, old, replacement), TestContext.Current.CancellationToken);

        var result = driver.GetRunResult().Results[0];
        var changed = result.GeneratedSources.Where(source => before[source.HintName] != source.SourceText.ToString())
            .Select(source => source.HintName).ToArray();
        Assert.Contains(changed, name => name.Contains(affected[0], StringComparison.Ordinal));
        Assert.All(changed, name => Assert.Contains(affected, one => name.Contains(one, StringComparison.Ordinal)));
        var written = Outputs(result).Count(output => output.Reason is IncrementalStepRunReason.Modified or IncrementalStepRunReason.New);
        Assert.InRange(written, 1, affected.Length);
    }

    [Fact]
    public void An_edit_of_a_type_writes_those_contracts_anew_that_carry_it()
    {
        var (driver, compilation) = Start();
        var before = Texts(driver);

        var after = Texts(driver.RunGenerators(Edit(compilation, Types, "string B", "string C"), TestContext.Current.CancellationToken));

        Assert.Equal(["IOne", "ITwo"], after.Where(source => source.Value != before[source.Key]).Select(
            source => source.Key.Contains("IOne", StringComparison.Ordinal) ? "IOne" : "ITwo").Order());
    }

    [Fact]
    public void Nothing_that_is_kept_between_runs_holds_a_compilation()
    {
        var (driver, _) = Start();
        var values = driver.GetRunResult().Results[0].TrackedSteps.Where(step => IsOurs(step.Key))
            .SelectMany(step => step.Value)
            .SelectMany(run => run.Outputs)
            .Select(output => output.Value).ToArray();

        Assert.NotEmpty(values);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var value in values) Walk(value, seen);
        Assert.DoesNotContain(seen, value => value is ISymbol or SyntaxNode or SyntaxTree or Compilation or SemanticModel or Location);
    }

    [Fact]
    public void A_contract_of_200_methods_and_50_types_is_generated_within_a_second()
    {
        var types = string.Concat(
            Enumerable.Range(0, 50)
                .Select(
                    i => $"public record Dto{i}(int A, string? B, List<Dto{(i + 1) % 50}?> C, Dictionary<string, Dto{(i + 7) % 50}> D, " +
                        "DateTime E, decimal F = 1.5m);\n"));
        var methods = string.Concat(
            Enumerable.Range(0, 200)
                .Select(
                    i => $"ValueTask<Dto{i % 50}?> Method{i}Async(Dto{(i + 3) % 50} first, int second = {i}, " +
                        $"IReadOnlyList<Dto{(i + 9) % 50}>? third = null, CancellationToken ct = default);\n"));
        var best = TimeSpan.MaxValue;
        // Others may have the machine at first; one free run is enough to know.
        for (var i = 0; i < 12 && (i < 3 || best >= TimeSpan.FromSeconds(1)); i++)
        {
            // A name of its own each time, so that nothing is kept from the last one.
            var compilation = ContractCompilation.Before(
                $"namespace N{i};\n{types}\n[Service(\"big\")] public interface IBig {{ {methods} }}");
            Assert.DoesNotContain(
                compilation.GetDiagnostics(TestContext.Current.CancellationToken), one => one.Severity == DiagnosticSeverity.Error);
            var clock = Stopwatch.StartNew();
            var driver = ContractCompilation.Driver().RunGenerators(compilation, TestContext.Current.CancellationToken);
            if (clock.Elapsed < best) best = clock.Elapsed;
            Assert.Single(driver.GetRunResult().GeneratedTrees);
        }

        Assert.True(best < TimeSpan.FromSeconds(1), $"The best run took {best}.");
    }

    private static (GeneratorDriver Driver, CSharpCompilation Compilation) Start()
    {
        var compilation = ContractCompilation.Before(All);
        return (ContractCompilation.Driver(tracked: true).RunGenerators(compilation, TestContext.Current.CancellationToken), compilation);
    }

    private static Dictionary<string, string> Texts(GeneratorDriver driver) =>
        driver.GetRunResult().Results[0].GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText.ToString());

    private static CSharpCompilation Edit(CSharpCompilation compilation, string file, string old, string replacement)
    {
        var tree = compilation.SyntaxTrees.Single(one => one.ToString() == file);
        var at = file.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0);
        return compilation.ReplaceSyntaxTree(
            tree, tree.WithChangedText(tree.GetText().WithChanges(new TextChange(new TextSpan(at, old.Length), replacement))));
    }

    private static GeneratorDriver Unchanged(GeneratorDriver driver, CSharpCompilation compilation)
    {
        driver = driver.RunGenerators(compilation, TestContext.Current.CancellationToken);
        var result = driver.GetRunResult().Results[0];
        var told = new StringBuilder();
        foreach (var (name, runs) in result.TrackedSteps)
        {
            if (!IsOurs(name)) continue;
            foreach (var output in runs.SelectMany(run => run.Outputs)
                .Where(output => output.Reason is not (IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged)))
                told.Append(name).Append(": ").Append(output.Reason).Append(", ").Append(output.Value).AppendLine();
        }

        Assert.True(told.Length == 0, told.ToString());
        Assert.NotEmpty(Outputs(result));
        Assert.All(Outputs(result), output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
        return driver;
    }

    // What the compiler makes of the sources is new by its nature; ours begins where a model does.
    private static bool IsOurs(string step) =>
        !step.Contains("ForAttribute", StringComparison.Ordinal) && !step.StartsWith("Compilation", StringComparison.Ordinal);

    private static IEnumerable<(object Value, IncrementalStepRunReason Reason)> Outputs(GeneratorRunResult result) =>
        result.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(run => run.Outputs);

    private static void Walk(object? value, HashSet<object> seen)
    {
        if (value is null or string
            || value.GetType().IsPrimitive
            || !seen.Add(value)
            || value is ISymbol or SyntaxNode or SyntaxTree or Compilation)
        {
            return;
        }
        if (value is System.Collections.IEnumerable items)
        {
            foreach (var item in items) Walk(item, seen);
        }

        if (value.GetType().Assembly != typeof(ServiceGenerator).Assembly) return;
        foreach (var field in value.GetType().GetFields(
            System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic))
        {
            Walk(field.GetValue(value), seen);
        }
    }
}
