using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fan.Generators.Tests;

public sealed class DiagnosticTests
{
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    [Theory]
    [InlineData("FAN0001", "ValueTask A(ref int [|x|], CancellationToken ct);")]
    [InlineData("FAN0002", "ValueTask [|A|]<T>(T x, CancellationToken ct);")]
    [InlineData("FAN0003", "ValueTask A(int x, CancellationToken ct); ValueTask [|A|](string x, CancellationToken ct);")]
    [InlineData("FAN0004", "ValueTask A(Action [|x|], CancellationToken ct);")]
    [InlineData("FAN0004", "ValueTask A(object [|x|], CancellationToken ct);")]
    [InlineData("FAN0004", "ValueTask A(List<IComparable>[] [|x|], CancellationToken ct);")]
    [InlineData("FAN0004", "ValueTask<System.IO.Stream> [|A|](CancellationToken ct);")]
    [InlineData("FAN0005", "ValueTask A(IAsyncEnumerable<int> [|x|], CancellationToken ct);")]
    [InlineData("FAN0006", "ValueTask [|A|](int x);")]
    [InlineData("FAN0007", "int [|A|](int x, CancellationToken ct);")]
    [InlineData("FAN0010", "[HttpRoute(\"GET\", \"/a/{y}\")] ValueTask [|A|](int x, CancellationToken ct);")]
    [InlineData("FAN0010", "[HttpRoute(\"GET\", \"/a/{b}\")] ValueTask [|A|](int x, CancellationToken ct);")]
    [InlineData("FAN0010", "[HttpRoute(\"FETCH\", \"/a\")] ValueTask [|A|](int x, CancellationToken ct);")]
    [InlineData("FAN0012", "int [|A|] { get; } ValueTask B(CancellationToken ct);")]
    [InlineData("FAN0014", "[Push] ValueTask<int> [|A|](CancellationToken ct);")]
    public void What_cannot_cross_a_wire_is_reported_where_it_stands(string id, string members) =>
        AssertReported(id, $"[Service(\"a.b\")] public interface IThing {{ {members} }}");

    [Theory]
    [InlineData("FAN0008", "[Service(\"a..b\")] public interface [|IThing|] { ValueTask A(CancellationToken ct); }")]
    [InlineData("FAN0009", "[Service(\"a\", Version = \"1.0\")] public interface [|IThing|] { ValueTask A(CancellationToken ct); }")]
    [InlineData("FAN0013", "[Service(\"a\")] public interface [|IThing|] { }")]
    [InlineData("FAN0015", "[Service(\"a\")] public class Thing { [Rpc] internal void [|A|]() { } }")]
    [InlineData("FAN0021", "[Service(\"a\")] public class Thing { [Subscribe(typeof(IOther), \"Ask\")] public void [|On|]() { } }")]
    [InlineData("FAN0021", "[Service(\"a\")] public class Thing { [Subscribe(typeof(IOther), \"Gone\")] public void [|On|]() { } }")]
    [InlineData("FAN0021", "[Service(\"a\")] public class Thing { [Subscribe(typeof(string), \"Told\")] public void [|On|]() { } }")]
    [InlineData(
        "FAN0022", "[Service(\"a\")] public class Thing { [Subscribe(typeof(IOther), \"told\")] public void [|On|](string text) { } }")]
    [InlineData("FAN0022", "[Service(\"a\")] public class Thing { [Subscribe(typeof(IOther), \"told\")] public int [|On|](int x) => x; }")]
    [InlineData(
        "FAN0022",
        "[Service(\"a\")] public class Thing { [Subscribe(typeof(IOther), \"Rang\")] public Task [|On|]() => Task.CompletedTask; }")]
    [InlineData(
        "FAN0023",
        "[Service(\"a\")] public class Thing { [Subscribe(typeof(IOther), " +
        "\"told\")] public void One(int x) { } [Subscribe(typeof(IOther), \"Told\")] public void [|On|](int x) { } }")]
    [InlineData(
        "FAN0024",
        "[Service(\"a\")] public class Thing { [Subscribe(typeof(IOther), \"told\", Group = \"a b\")] public void [|On|](int x) { } }")]
    [InlineData("FAN0025", "public class Thing { [Subscribe(typeof(IOther), \"told\")] public void [|On|](int x) { } }")]
    [InlineData(
        "FAN0025",
        "public abstract class Base { [Subscribe(typeof(IOther), \"told\")] public void [|On|](int x) { } } [Service(\"a\")] public " +
        "class Thing : Base { [Rpc] public void A() { } }")]
    [InlineData("FAN0015", "[Service(\"a\")] public class Thing { [Subscribe(typeof(IOther), \"told\")] internal void [|On|](int x) { } }")]
    public void A_bad_service_is_reported(string id, string type) => AssertReported(id, type);

    [Fact]
    public void Half_written_code_does_not_break_the_generator()
    {
        var (diagnostics, _) = Run("[Service(] public interface IThing { ValueTask< A(; Missing B(Missing x)");

        Assert.DoesNotContain(diagnostics, d => d.Id is "CS8785" or "CS8784");
    }

    [Fact]
    public void An_unrelated_edit_leaves_the_output_cached()
    {
        var compilation = Compile("[Service(\"a\")] public interface IThing { ValueTask A(CancellationToken ct); }");
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new ServiceGenerator().AsSourceGenerator()],
            driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGenerators(compilation, TestContext.Current.CancellationToken);
        driver = driver.RunGenerators(compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(
            "class Unrelated { }", cancellationToken: TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken);

        var steps = driver.GetRunResult().Results[0].TrackedSteps["Services"];
        Assert.All(
            steps.SelectMany(s => s.Outputs),
            output => Assert.True(output.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));
    }

    private static void AssertReported(string id, string marked)
    {
        var (diagnostics, source) = Run(marked);

        // The service in the preamble is synchronous on purpose.
        var found = Assert.Single(diagnostics, d => d.Id == id && d.Location.SourceSpan.Start >= Preamble.Length);
        var start = source.IndexOf("[|", StringComparison.Ordinal);
        Assert.Equal(start, found.Location.SourceSpan.Start);
    }

    private static (IReadOnlyList<Diagnostic> Diagnostics, string Marked) Run(string marked)
    {
        var source = marked.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal);
        CSharpGeneratorDriver.Create(new ServiceGenerator())
            .RunGeneratorsAndUpdateCompilation(Compile(source), out _, out var diagnostics, TestContext.Current.CancellationToken);
        return (diagnostics, Preamble + marked);
    }

    private const string Preamble =
        "using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks; using Fan;\n"
            +
            "[Service(\"other\")] public interface IOther { ValueTask Ask(CancellationToken ct); [Push] ValueTask Told(int x, " +
            "CancellationToken ct); [Push] void Rang(CancellationToken ct); }\n";

    private static CSharpCompilation Compile(string source) =>
        CSharpCompilation.Create(
            "Test",
            [CSharpSyntaxTree.ParseText(Preamble + source, path: "Test.cs")],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
}
