using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fan.Generators.Tests;

/// <summary>
/// The generated text itself, so that a change of it is seen in review. <c>UPDATE_SNAPSHOTS=1</c> writes what is generated now.
/// </summary>
public sealed class SnapshotTests
{
    [Theory]
    [InlineData("interface", """
        namespace Shop;

        [Fan.Service("shop[shop_id].till", Version = "2.1.0")]
        public interface ITill
        {
            /// <summary>The price of some bottles. More.</summary>
            [Fan.Rpc(Idempotent = true)]
            [Fan.HttpRoute("GET", "/till/{wine}")]
            System.Threading.Tasks.ValueTask<decimal> PriceAsync(string wine, int bottles = 1,
                System.Threading.CancellationToken ct = default);

            System.Collections.Generic.IAsyncEnumerable<string> ListAsync(System.Threading.CancellationToken ct = default);

            [Fan.Push]
            System.Threading.Tasks.Task SoldAsync(string wine, System.Threading.CancellationToken ct = default);
        }
        """)]
    [InlineData("class", """
        [Fan.Service("clock")]
        internal sealed class Clock
        {
            [Fan.Rpc(Name = "time_now")]
            public long Now() => 0;
        }
        """)]
    public void The_generated_code_is_the_one_that_was_reviewed(string name, string source)
    {
        var generated = Generate(source).Replace("\r\n", "\n", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1") File.WriteAllText(SourceFile(name), generated);
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Snapshots", name + ".txt")), generated);
    }

    private static string Generate(string source)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
        var tree = CSharpSyntaxTree.ParseText(
            source,
            new CSharpParseOptions(documentationMode: DocumentationMode.Parse),
            cancellationToken: TestContext.Current.CancellationToken);
        var compilation = CSharpCompilation.Create("Snapshot", [tree], references, options);
        CSharpGeneratorDriver.Create([new ServiceGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)tree.Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out var output, out _, TestContext.Current.CancellationToken);
        Assert.Empty(output.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        return string.Join("\n", output.SyntaxTrees.Skip(1).Select(generated => generated.ToString()));
    }

    private static string SourceFile(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Snapshots", name + ".txt");
}
