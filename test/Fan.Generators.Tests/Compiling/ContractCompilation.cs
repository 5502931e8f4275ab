using System.Reflection;
using System.Runtime.Loader;
using Fan.Generated;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fan.Generators.Tests.Compiling;

/// <summary>
/// Source compiled with the generator, as a user's build would: what the compiler and the generator say, and the assembly where there is
/// one.
/// </summary>
internal sealed class ContractCompilation
{
    /// <summary>The namespaces that a project with implicit usings has.</summary>
    public const string Usings = "global using System; global using System.Collections.Generic; global using System.Linq; " +
        "global using System.Threading; global using System.Threading.Tasks; global using Fan;\n"
        // What stands for an implementation is made at run time, in an assembly of this name.
        + "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"ProxyBuilder\")]\n";

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.CSharp14, DocumentationMode.Parse);

    private static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "Compiled",
        [CSharpSyntaxTree.ParseText(Usings, Parse, "Usings.cs")],
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path))],
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));

    private readonly Compilation _output;
    private readonly byte[] _image;

    private ContractCompilation(Compilation output, IReadOnlyList<Diagnostic> generator)
    {
        _output = output;
        Generator = generator;
        using var image = new MemoryStream();
        Compiler = [.. output.Emit(image, cancellationToken: TestContext.Current.CancellationToken).Diagnostics
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        _image = image.ToArray();
    }

    /// <summary>What the generator reports, of any severity, and its own breakdown (CS8785).</summary>
    public IReadOnlyList<Diagnostic> Generator { get; }

    /// <summary>The errors of the compiler, in the user's code and in generated code.</summary>
    public IReadOnlyList<Diagnostic> Compiler { get; }

    /// <summary>All errors, those of the generator first.</summary>
    public IEnumerable<Diagnostic> Errors =>
        Generator.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error || diagnostic.Id is "CS8785" or "CS8784")
            .Concat(Compiler);

    /// <summary>The files that the generator wrote.</summary>
    public IEnumerable<SyntaxTree> Generated =>
        _output.SyntaxTrees.Where(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal));

    /// <summary>
    /// Sources as the compiler takes them, named Source1.cs, Source2.cs …, beside <see cref="Usings"/>; nothing is generated yet.
    /// </summary>
    public static CSharpCompilation Before(params string[] sources) =>
        Empty.WithAssemblyName("Compiled" + Guid.NewGuid().ToString("N")).AddSyntaxTrees(
            sources.Select((source, i) => CSharpSyntaxTree.ParseText(
                source, Parse, $"Source{i + 1}.cs", cancellationToken: TestContext.Current.CancellationToken)));

    /// <summary>A driver of the generator as the compiler runs it.</summary>
    public static GeneratorDriver Driver(bool tracked = false) =>
        CSharpGeneratorDriver.Create(
            [new ServiceGenerator().AsSourceGenerator()],
            parseOptions: Parse,
            driverOptions: new GeneratorDriverOptions(default, trackIncrementalGeneratorSteps: tracked));

    /// <summary>Compiles files beside <see cref="Usings"/>.</summary>
    public static ContractCompilation Of(params string[] sources)
    {
        Driver().RunGeneratorsAndUpdateCompilation(
            Before(sources), out var output, out var diagnostics, TestContext.Current.CancellationToken);
        return new ContractCompilation(output, diagnostics);
    }

    /// <summary>The assembly; fails with all errors where there is none.</summary>
    public Assembly Load()
    {
        Assert.True(!Errors.Any(), string.Join("\n", Errors.Select(Explain).Prepend("")));
        return LoadAccepted();
    }

    /// <summary>The assembly without the contracts that the generator refused; fails where the compiler has errors.</summary>
    public Assembly LoadAccepted()
    {
        using var image = new MemoryStream(_image);
        // An interface of another load context can't be implemented at run time.
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }

    /// <summary>The contracts of an assembly.</summary>
    public static IReadOnlyList<ServiceContract> Contracts(Assembly assembly) =>
        [.. assembly.GetCustomAttributes<GeneratedContractAttribute>().Select(attribute => attribute.Create())];

    /// <summary>A diagnostic with the line that it is about, which for generated code nobody could look up.</summary>
    public static string Explain(Diagnostic diagnostic)
    {
        var line =
            diagnostic.Location.SourceTree?.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line].ToString().Trim();
        return $"{diagnostic}{(line is null ? "" : "\n    " + line[..Math.Min(line.Length, 400)])}";
    }
}
