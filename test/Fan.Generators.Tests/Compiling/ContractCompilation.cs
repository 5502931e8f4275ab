using System.Reflection;
using System.Runtime.Loader;
using Fan.Generated;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fan.Generators.Tests.Compiling;

/// <summary>Source compiled with the generator, as a user's build would: what the compiler and the generator say, and the assembly where there is one.</summary>
internal sealed class ContractCompilation
{
    /// <summary>The namespaces that a project with implicit usings has.</summary>
    public const string Usings = "global using System; global using System.Collections.Generic; global using System.Linq; global using System.Threading; global using System.Threading.Tasks; global using Fan;\n";

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly Compilation _output;

    private ContractCompilation(Compilation output, IReadOnlyList<Diagnostic> generator)
    {
        _output = output;
        Generator = generator;
    }

    /// <summary>What the generator reports, of any severity, and its own breakdown (CS8785).</summary>
    public IReadOnlyList<Diagnostic> Generator { get; }

    /// <summary>The errors of the compiler, in the user's code and in generated code.</summary>
    public IReadOnlyList<Diagnostic> Compiler => field ??= [.. _output.GetDiagnostics(TestContext.Current.CancellationToken).Where(IsError)];

    /// <summary>All errors, those of the generator first.</summary>
    public IEnumerable<Diagnostic> Errors => Generator.Where(diagnostic => IsError(diagnostic) || diagnostic.Id is "CS8785" or "CS8784").Concat(Compiler);

    /// <summary>The files that the generator wrote.</summary>
    public IEnumerable<string> Generated => _output.SyntaxTrees.Where(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal)).Select(tree => tree.ToString());

    /// <summary>Compiles one file beside <see cref="Usings"/>.</summary>
    public static ContractCompilation Of(params string[] sources)
    {
        var parse = new CSharpParseOptions(LanguageVersion.CSharp14);
        var trees = sources.Prepend(Usings).Select((source, i) => CSharpSyntaxTree.ParseText(source, parse, $"Source{i}.cs", cancellationToken: TestContext.Current.CancellationToken));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true);
        var compilation = CSharpCompilation.Create("Compiled" + Guid.NewGuid().ToString("N"), trees, References, options);
        CSharpGeneratorDriver.Create([new ServiceGenerator().AsSourceGenerator()], parseOptions: parse)
            .RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics, TestContext.Current.CancellationToken);
        return new ContractCompilation(output, diagnostics);
    }

    /// <summary>The assembly; fails with all errors where there is none.</summary>
    public Assembly Load()
    {
        Assert.Empty(Errors);
        return TryLoad(out var errors) ?? throw new InvalidOperationException(string.Join("\n", errors));
    }

    /// <summary>The assembly, without the contracts that the generator refused; null where the compiler has errors.</summary>
    public Assembly? TryLoad(out IReadOnlyList<Diagnostic> errors)
    {
        using var image = new MemoryStream();
        var result = _output.Emit(image, cancellationToken: TestContext.Current.CancellationToken);
        errors = [.. result.Diagnostics.Where(IsError)];
        if (!result.Success) return null;
        image.Position = 0;
        return new AssemblyLoadContext(_output.AssemblyName, isCollectible: true).LoadFromStream(image);
    }

    /// <summary>The contracts of an assembly.</summary>
    public static IReadOnlyList<ServiceContract> Contracts(Assembly assembly) =>
        [.. assembly.GetCustomAttributes<GeneratedContractAttribute>().Select(attribute => attribute.Create())];

    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error;
}
