using System.Collections.Immutable;
using Fan.Generators.Locking;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Fan.Generators.Tests;

/// <summary>What the build says of a contract that is not the one in the lock.</summary>
public sealed class ContractLockTests
{
    private const string Before = """
        [Service("shop", Version = "1.2.0")]
        public interface IShop
        {
            [Rpc(Idempotent = true)] ValueTask<Wine> GetAsync(int id, CancellationToken ct = default);
            ValueTask AddAsync(Wine wine, CancellationToken ct = default);
        }
        public sealed record Wine(int Id, string Name);
        """;

    [Fact]
    public async Task Without_a_lock_file_nothing_is_said() => Assert.Empty(await LockSetup.DiagnosticsAsync(Before, null));

    [Fact]
    public async Task What_is_as_it_was_locked_is_fine() =>
        Assert.Empty(await LockSetup.DiagnosticsAsync(Before, LockSetup.LockOf(Before)));

    [Fact]
    public void The_lock_has_one_line_for_each_thing_that_travels() => Assert.Equal(
        """
        {
          "services": {
            "shop": {
              "1.2.0": {
                "methods": {
                  "add": {
                    "parameters": [
                      "wine: Wine"
                    ]
                  },
                  "get": {
                    "parameters": [
                      "id: int"
                    ],
                    "result": "Wine",
                    "idempotent": true
                  }
                },
                "types": {
                  "Wine": [
                    "id: int",
                    "name: string"
                  ]
                }
              }
            }
          }
        }

        """.ReplaceLineEndings("\n"), LockSetup.LockOf(Before));

    [Theory]
    [InlineData(
        "int id,", "int id, int vintage,", "1.2.0", "FAN0017", "'get': only the source has the argument vintage. Give it version 2.0.0")]
    [InlineData("int id,", "int id, int vintage = 0,", "1.2.0", "FAN0017", "Give it version 1.3.0")]
    [InlineData("string Name", "string Name, string? Note = null", "1.2.0", "FAN0017", "Wine.note is added. Give it version 1.3.0")]
    [InlineData("string Name", "string Label", "1.2.0", "FAN0017", "wine.name and passes it over")]
    [InlineData(
        "[Rpc(Idempotent = true)] ", "", "1.2.0", "FAN0017", "'get': a second sending is harmless in the lock only. Give it version 2.0.0")]
    [InlineData(
        "[Rpc(Idempotent = true)] ",
        "[Rpc(Idempotent = true), HttpRoute(\"GET\", \"/wines\")] ",
        "1.2.0",
        "FAN0017",
        "'get': it has the HTTP route GET /wines. Give it version 1.3.0")]
    [InlineData(
        "int id,",
        "int id, int vintage,",
        "1.3.0",
        "FAN0018",
        "'shop' 1.3.0 breaks callers of 1.2.0: 'get': only 1.3.0 has the argument vintage. Its version must be at least 2.0.0.")]
    [InlineData("string Name", "string Name, string? Note = null", "1.2.1", "FAN0018", "'shop' 1.2.1 adds to 1.2.0")]
    [InlineData("string Name", "string Name, string? Note = null", "1.3.0", "FAN0016", "'shop' 1.3.0 is not in fan.contracts.lock.json")]
    [InlineData("string Name", "string Label", "2.0.0-rc.1", "FAN0016", "'shop' 2.0.0-rc.1 is not in")]
    [InlineData("\"shop\"", "\"store\"", "1.2.0", "FAN0016", "'store' 1.2.0 is not in")]
    [InlineData("ValueTask AddAsync(Wine wine, CancellationToken ct = default);", "", "1.3.0", "FAN0018", "'add' is removed")]
    public async Task A_change_asks_for_its_step(string from, string to, string version, string id, string says)
    {
        var after = Before.Replace(from, to, StringComparison.Ordinal).Replace("1.2.0", version, StringComparison.Ordinal);

        var found = await LockSetup.DiagnosticsAsync(after, LockSetup.LockOf(Before));

        var diagnostic = Assert.Single(found, diagnostic => diagnostic.Id != "FAN0020");
        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(says, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal(after.IndexOf("IShop", StringComparison.Ordinal), diagnostic.Location.SourceSpan.Start - LockSetup.Preamble.Length);
    }

    [Theory]
    [InlineData("1.2.3", false, "1.3.0")]
    [InlineData("1.2.3", true, "2.0.0")]
    [InlineData("0.2.3", false, "0.2.4")]
    [InlineData("0.2.3", true, "0.3.0")]
    [InlineData("0.0.3", false, "0.0.4")]
    [InlineData("0.0.3", true, "0.0.4")]
    [InlineData("2.0.0-rc.1", true, "2.0.0")]
    public void Steps_are_those_of_ranges(string version, bool breaks, string next) =>
        Assert.Equal(next, Reading.Versions.Next(version, breaks));

    [Theory]
    [InlineData("1.0.0", "1.0.1")]
    [InlineData("9.0.0", "10.0.0")]
    [InlineData("1.0.0-rc.9", "1.0.0-rc.10")]
    [InlineData("1.0.0-rc", "1.0.0-rc.1")]
    [InlineData("1.0.0-1", "1.0.0-a")]
    [InlineData("1.0.0-rc.1", "1.0.0")]
    public void Versions_have_the_order_of_SemVer(string low, string high)
    {
        Assert.True(Reading.Versions.Compare(low, high) < 0);
        Assert.True(Reading.Versions.Compare(high, low) > 0);
        Assert.True(Reading.Versions.AreEqual(low + "+a", low + "+b"));
    }

    [Fact]
    public async Task A_later_version_is_held_against_the_one_before_though_its_own_lock_is_new()
    {
        var broken = Before.Replace("string Name", "string Label", StringComparison.Ordinal)
            .Replace("1.2.0", "1.3.0", StringComparison.Ordinal);
        var locked = ContractLock.Parse(LockSetup.LockOf(Before))
            .With([.. LockSetup.Contracts(broken), .. LockSetup.Contracts(Before)]).Write();

        Assert.Equal("FAN0018", Assert.Single(await LockSetup.DiagnosticsAsync(broken, locked)).Id);
    }

    [Fact]
    public async Task A_service_that_has_gone_is_told_at_the_lock()
    {
        var found = Assert.Single(await LockSetup.DiagnosticsAsync("public class Nothing { }", LockSetup.LockOf(Before)));

        Assert.Equal("FAN0020", found.Id);
        Assert.EndsWith(ContractLock.FileName, found.Location.GetLineSpan().Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "line 1 has no name of a member")]
    [InlineData("{ \"services\": [] }", "'services' must be an object")]
    [InlineData("{ \"services\": { \"a\": { \"1\": {} } } }", "'1' of 'a' is no SemVer version")]
    [InlineData("{}\n<<<<<<<", "line 2 has more text after its end")]
    public async Task A_broken_lock_is_told_with_its_place(string text, string says)
    {
        var found = Assert.Single(await LockSetup.DiagnosticsAsync(Before, text));

        Assert.Equal("FAN0019", found.Id);
        Assert.Contains(says, found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_is_written_reads_as_the_same()
    {
        var locked = LockSetup.LockOf(Before + """

            [Service("a[k].b")]
            public interface IOther
            {
                [Push] ValueTask SetAsync(string text = "q\"\\\n", Colour? colour = Colour.Red, CancellationToken ct = default);
                IAsyncEnumerable<Dictionary<string, Wine?>> ListAsync(CancellationToken ct = default);
            }
            public enum Colour : byte { White, Red = 7 }
            """);

        Assert.Equal(locked, ContractLock.Parse(locked).Write());
        Assert.Contains("\"map<string, Wine?>\"", locked, StringComparison.Ordinal);
        Assert.Contains("\"colour?: Colour? = 7\"", locked, StringComparison.Ordinal);
        Assert.Contains("\"enum byte\"", locked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_that_was_told_to_writes_the_lock_and_keeps_earlier_versions()
    {
        var folder = Directory.CreateTempSubdirectory("fan-lock-");
        try
        {
            var path = Path.Combine(folder.FullName, ContractLock.FileName);
            var after = Before.Replace("1.2.0", "1.3.0", StringComparison.Ordinal);

            Assert.Empty(await LockSetup.DiagnosticsAsync(after, LockSetup.LockOf(Before), path));

            Assert.Equal(["1.2.0", "1.3.0"], ContractLock.Parse(await File.ReadAllTextAsync(
                path, TestContext.Current.CancellationToken)).VersionsOf("shop").Select(contract => contract.Version));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>A project with services, and with a lock file beside them.</summary>
internal static class LockSetup
{
    public const string Preamble =
        "using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks; using Fan;\n";

    public static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static string LockOf(string source) => ContractLock.Empty.With(Contracts(source)).Write();

    public static IReadOnlyList<Shapes.ContractShape> Contracts(string source) =>
        [.. Services.All(Compile(source), TestContext.Current.CancellationToken)];

    public static async Task<ImmutableArray<Diagnostic>> DiagnosticsAsync(string source, string? locked, string? writeTo = null)
    {
        ImmutableArray<AdditionalText> files = locked is null ? [] : [new LockText("/project/" + ContractLock.FileName, locked)];
        var options = new AnalyzerOptions(files, new BuildOptions(writeTo));
        var compilation = Compile(source);
        Assert.DoesNotContain(
            compilation.GetDiagnostics(TestContext.Current.CancellationToken),
            diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        return await compilation.WithAnalyzers([new ContractLockAnalyzer()], options)
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
    }

    private static CSharpCompilation Compile(string source) =>
        CSharpCompilation.Create(
            "Test",
            [CSharpSyntaxTree.ParseText(Preamble + source, path: "Test.cs")],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    private sealed class LockText(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class BuildOptions(string? writeTo) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Properties(writeTo is null
            ? []
            : new() { ["build_property.FanUpdateContractLock"] = "true", ["build_property.FanContractLockFile"] = writeTo });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;
    }

    private sealed class Properties(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) =>
            values.TryGetValue(key, out value);
    }
}
