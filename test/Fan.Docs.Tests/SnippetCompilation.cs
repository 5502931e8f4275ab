using System.Collections.Immutable;
using Fan.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Fan.Docs.Tests;

/// <summary>Blocks of C# compiled with the generator, as a reader's build would.</summary>
internal static class SnippetCompilation
{
    // What a console project has by itself.
    private const string Implicit =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; " +
        "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;\n";

    // What a fragment leaves out: the usings, and the few names that it takes for granted.
    private const string OfFragments = Implicit + """
        global using System.Text.Json; global using System.Text.Json.Serialization;
        global using Microsoft.EntityFrameworkCore; global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting; global using Npgsql;
        global using Fan; global using Fan.Database; global using Fan.Discovery; global using Fan.Http; global using Fan.Proxies;
        global using Fan.Security; global using Fan.Switching;
        global using World; global using static World.Given;
        """;

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.CSharp14, DocumentationMode.Parse);

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path))];

    private static readonly PortableExecutableReference World = MakeWorld();

    /// <summary>The errors, each with its page and line.</summary>
    public static IReadOnlyList<string> Errors(Snippet snippet, IEnumerable<Snippet> page)
    {
        // A program of a page references the library that stands before it.
        var before = snippet.IsFile
            ? page.TakeWhile(other => other != snippet).Where(other => other.IsFile && !IsProgram(Tree(other))).ToList()
            : [];
        var trees = before.Append(snippet)
            .Select(Tree)
            .Append(CSharpSyntaxTree.ParseText(snippet.IsFile ? Implicit : OfFragments, Parse, "Usings.cs"));
        return [.. Errors(
            Compile(trees, snippet.IsFile ? References : [.. References, World], IsProgram(Tree(snippet)), out var generator), generator)];
    }

    private static Compilation Compile(
        IEnumerable<SyntaxTree> trees, MetadataReference[] references, bool isProgram, out ImmutableArray<Diagnostic> generator)
    {
        var kind = isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        var compilation = CSharpCompilation.Create(
            "Snippet" + Guid.NewGuid().ToString("N"),
            trees,
            references,
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create([new ServiceGenerator().AsSourceGenerator(), .. OfJson()], parseOptions: Parse)
            .RunGeneratorsAndUpdateCompilation(compilation, out var output, out generator, TestContext.Current.CancellationToken);
        return output;
    }

    private static IEnumerable<string> Errors(Compilation compilation, ImmutableArray<Diagnostic> generator) =>
        generator.Concat(compilation.GetDiagnostics(TestContext.Current.CancellationToken))
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error || diagnostic.Id is "CS8785" or "CS8784")
            .Select(diagnostic => (At: diagnostic.Location.GetMappedLineSpan(), diagnostic.Id, Text: diagnostic.GetMessage(
                System.Globalization.CultureInfo.InvariantCulture)))
            .Select(error => $"{error.At.Path}:{error.At.StartLinePosition.Line + 1}: {error.Id} {error.Text}");

    private static PortableExecutableReference MakeWorld()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "World"), "*.cs")
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), Parse, Path.GetFileName(file)));
        var compilation = Compile(
            files.Append(CSharpSyntaxTree.ParseText(OfFragments, Parse, "Usings.cs")), References, isProgram: false, out var generator);
        Assert.Empty(Errors(compilation, generator));
        using var image = new MemoryStream();
        Assert.True(compilation.Emit(image).Success);
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    private static SyntaxTree Tree(Snippet snippet)
    {
        var whole = CSharpSyntaxTree.ParseText(snippet.Code, Parse);
        var members = ((CompilationUnitSyntax)whole.GetRoot()).Members;
        // In a block types stand where one reads about them; the compiler has them last.
        var code = snippet.Around is not null || !members.OfType<GlobalStatementSyntax>().Any() ? At(snippet, 0) + snippet.Code
            : At(snippet, 0) + snippet.Code[..members[0].FullSpan.Start] +
                string.Concat(members.OrderBy(member => member is not GlobalStatementSyntax)
                    .Select(
                        member => "\n" + At(snippet, whole.GetLineSpan(member.FullSpan).StartLinePosition.Line) + member.ToFullString()));
        return CSharpSyntaxTree.ParseText(snippet.Around is null ? code : $"{snippet.Around}\n{{\n{code}\n}}\n", Parse, snippet.Page);
    }

    private static string At(Snippet snippet, int line) => $"#line {snippet.Line + line} \"{snippet.Page}\"\n";

    private static bool IsProgram(SyntaxTree tree) => tree.GetRoot().ChildNodes().OfType<GlobalStatementSyntax>().Any();

    // The one of the SDK that this runs on.
    private static ImmutableArray<ISourceGenerator> OfJson()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        var file = Directory.GetFiles(
            Path.Combine(root, "packs", "Microsoft.NETCore.App.Ref"),
            "System.Text.Json.SourceGeneration.dll",
            SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        return new AnalyzerFileReference(file, new Loader()).GetGenerators(LanguageNames.CSharp);
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
            // Those beside it are found by it.
        }

        public System.Reflection.Assembly LoadFromPath(string fullPath) => System.Reflection.Assembly.LoadFrom(fullPath);
    }
}
