namespace Fan.Generators.Tests.Compiling;

/// <summary>Attributes of methods and types, Fan's own with odd values among them.</summary>
public sealed class MemberTableOfAttributesTests
{
    public static TheoryData<string, string> WireNames => new()
    {
        { "FAN0028", "" }, { "FAN0028", " " }, { "FAN0028", "a b" }, { "FAN0028", "we ird/é" }, { "FAN0028", "é" }, { "FAN0028", "a.b" },
        { "FAN0028", "a/b" }, { "FAN0028", "a\\n" }, { "FAN0028", "\\0" },
        { "FAN0028", "a%20" }, { "FAN0028", "a+b" }, { "FAN0028", "{a}" }, { "FAN0028", "a[b]" }, { "FAN0028", "a\\\"b" },
        { "FAN0028", "\\ud800" }, { "FAN0028", "ａ" }, { "FAN0028", "٣" }, { "FAN0028", new string('a', 129) },
        { "works", new string('a', 128) }, { "works", "a" }, { "works", "A" }, { "works", "9" }, { "works", "_" }, { "works", "-" },
        { "works", "a-b_C9" }, { "works", "lock" },
    };

    [Theory]
    [MemberData(nameof(WireNames))]
    public async Task A_wire_name_is_of_letters_digits_and_dashes(string expected, string name)
    {
        await MemberTable.HoldsAsync(
            expected,
            $"[Service(\"a\")] public interface IThing {{ [Rpc(Name = \"{name}\")] ValueTask<int> [|Some|](int x, " +
            $"CancellationToken ct); }}");
        await MemberTable.HoldsAsync(
            expected,
            $"[Service(\"a\")] public interface IThing {{ [Push(Name = \"{name}\")] ValueTask [|Some|](int x, CancellationToken ct); }}");
        await MemberTable.HoldsAsync(
            expected, $"[Service(\"a\")] public class Thing {{ [Rpc(Name = \"{name}\")] public int [|Some|](int x) => x; }}");
    }

    [Theory]
    [InlineData("works", "[Rpc(Name = null)] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "[Rpc(Idempotent = true, TimeoutMilliseconds = int.MaxValue)] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "[Rpc(TimeoutMilliseconds = -1)] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "[Rpc(TimeoutMilliseconds = 0)] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("FAN0034", "[Rpc(TimeoutMilliseconds = -2)] ValueTask<int> [|A|](int x, CancellationToken ct);")]
    [InlineData("FAN0034", "[Rpc(TimeoutMilliseconds = int.MinValue)] ValueTask<int> [|A|](int x, CancellationToken ct);")]
    [InlineData("works | FAN*", "[Rpc(Idempotent = true), Push] ValueTask [|A|](int x, CancellationToken ct);")]
    [InlineData("works | FAN*", "[Rpc(Name = \"one\"), Push(Name = \"two\")] ValueTask [|A|](int x, CancellationToken ct);")]
    [InlineData(
        "FAN0003",
        "[Rpc(Name = \"x\")] ValueTask<int> A(int x, CancellationToken ct); " +
        "[Push(Name = \"x\")] ValueTask [|B|](int x, CancellationToken ct);")]
    [InlineData("works", "[Obsolete] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works | FAN*", "[Obsolete(\"x\", true)] ValueTask<int> [|A|](int x, CancellationToken ct);")]
    [InlineData("works | FAN*", "[Obsolete(\"x\", true), Push] ValueTask [|A|](int x, CancellationToken ct);")]
    [InlineData("works", "[Obsolete(\"x\", true)] static int A(int x) => x; [Obsolete(\"x\", true)] sealed int B(int x) => x;")]
    [InlineData("works", "[Experimental(\"X1\")] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "[RequiresUnreferencedCode(\"x\"), RequiresDynamicCode(\"x\")] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "[DoesNotReturn] void A(int x);")]
    [InlineData(
        "works",
        "[return: NotNull] string? A([NotNull] string? x); [return: MaybeNull] string B([MaybeNull] string x); [return: " +
        "NotNullIfNotNull(nameof(x))] string? C(string? x);")]
    [InlineData(
        "works",
        "[System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never), " +
        "System.Diagnostics.Contracts.Pure] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works | FAN*", "[SpecialName] ValueTask<int> [|A|](int x, CancellationToken ct);")]
    [InlineData("works", "[MethodImpl(MethodImplOptions.NoInlining)] ValueTask<int> A(int x, CancellationToken ct) => new(x);")]
    [InlineData(
        "works",
        "ValueTask<int> A(int x, CancellationToken ct); [Rpc(Name = \"a2\")] ValueTask<int> A(long x, CancellationToken ct); [Rpc(Name = " +
        "\"a3\")] ValueTask<int> A(int x, int y = 0, CancellationToken ct = default); [Rpc(Name = \"a4\")] ValueTask<int> A(int x);")]
    [InlineData(
        "works",
        "ValueTask<int> A(int[] x, CancellationToken ct); [Rpc(Name = \"a2\")] ValueTask<int> A(IEnumerable<int> x, CancellationToken " +
        "ct); [Rpc(Name = \"a3\")] ValueTask<int> A(List<int>? x, CancellationToken ct); " +
        "[Rpc(Name = \"a4\")] ValueTask<int> A(params string[] x); [Rpc(Name = \"a5\")] ValueTask<int> A(string x);")]
    [InlineData(
        "works",
        "ValueTask<int> A(int? x, CancellationToken ct); [Rpc(Name = \"a2\")] ValueTask<int> A(int x, CancellationToken ct); [Rpc(Name = " +
        "\"a3\")] ValueTask<int> A(double x, CancellationToken ct); [Rpc(Name = \"a4\")] ValueTask<int> A(CancellationToken ct, int x);")]
    [InlineData(
        "works | FAN*",
        "[OverloadResolutionPriority(-1)] ValueTask<int> A(int x, CancellationToken ct); " +
        "[Rpc(Name = \"a2\")] ValueTask<int> A(long x, CancellationToken ct);")]
    [InlineData(
        "works | FAN*",
        "ValueTask<int> A(string x, CancellationToken ct); [Rpc(Name = \"a2\"), " +
        "OverloadResolutionPriority(1)] ValueTask<int> A(IEnumerable<char> x, CancellationToken ct);")]
    [InlineData(
        "works | FAN*",
        "ValueTask<int> A(int x, CancellationToken ct); [OverloadResolutionPriority(1)] sealed ValueTask<int> A(long x, " +
        "CancellationToken ct) => new(0);")]
    public Task An_attribute_of_a_method_breaks_nothing(string expected, string members) =>
        MemberTable.HoldsAsync(expected, "using System.Diagnostics.CodeAnalysis; using System.Runtime.CompilerServices;\n" +
            $"[Service(\"a\")] public interface IThing {{ {members} ValueTask<int> OtherAsync(int x, CancellationToken ct); }}");

    [Theory]
    [InlineData("works | FAN*", "[Rpc, Obsolete(\"x\", true)] public int [|A|](int x) => x;")]
    [InlineData("works", "[Rpc, Obsolete] public int A(int x) => x;")]
    [InlineData("works", "[Rpc, Experimental(\"X1\")] public int A(int x) => x;")]
    [InlineData(
        "works",
        "[Rpc, AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] public async ValueTask<int> A(int x) { await " +
        "Task.Yield(); return x; }")]
    [InlineData(
        "works",
        "[Rpc, SkipLocalsInit, System.Diagnostics.DebuggerStepThrough, System.Diagnostics.StackTraceHidden] public int A(int x) => x;")]
    [InlineData(
        "works",
        "[Rpc] public int A(int x) => x; [Obsolete(\"x\", true)] public int A(string x) => 0; [Obsolete(\"x\", true)] public int B => 1;")]
    [InlineData("works | FAN*", "[Rpc, OverloadResolutionPriority(-1)] public int [|A|](int x) => x; public int A(long x) => 0;")]
    [InlineData("works | FAN*", "[Rpc] public int [|A|](int x) => x; [OverloadResolutionPriority(1)] public int A(long x) => 0;")]
    [InlineData(
        "works | FAN*", "[Rpc] public string? [|A|](string? x) => x; [OverloadResolutionPriority(1)] public string? A<T>(T x) => null;")]
    [InlineData(
        "works",
        "[Rpc] public string? A(string? x) => x; public string? A<T>(T x) => null; public string? A(object x) => null; " +
        "public string? A(params string[] x) => null; public string? A(string x, int y = 1) => null;")]
    [InlineData("works", "[Rpc] public int A(params int[] x) => 0; public int A(int x) => x; public int A(ReadOnlySpan<int> x) => 0;")]
    public Task An_attribute_of_a_method_of_a_class_breaks_nothing(string expected, string members) =>
        MemberTable.HoldsAsync(expected, "using System.Diagnostics.CodeAnalysis; using System.Runtime.CompilerServices;\n" +
            $"[Service(\"a\")] public class Thing {{ {members} [Rpc] public int Other(int x) => x; }}");

    [Theory]
    [InlineData(
        "works | FAN*",
        "[Obsolete(\"x\", true), Service(\"a\")] public interface [|IThing|] { ValueTask<int> A(int x, " +
        "CancellationToken ct); [Push] void B(int x); }")]
    [InlineData(
        "works",
        "[Obsolete, Service(\"a\")] public interface IThing { ValueTask<int> A(int x, CancellationToken ct); [Push] void B(int x); }")]
    [InlineData(
        "works | FAN*",
        "[Obsolete(\"x\", true), Service(\"a\")] public interface [|IThing|] { ValueTask<Old> A(Old x, CancellationToken ct); " +
        "} [Obsolete(\"y\", true)] public record Old(int A);")]
    [InlineData(
        "works",
        "[Experimental(\"X1\"), Service(\"a\")] public interface IThing { ValueTask<New> A(New x, CancellationToken ct); " +
        "[Push] void B(int x); } [Experimental(\"X1\")] public record New(int A);")]
    [InlineData(
        "works",
        "#pragma warning disable X1\n [Service(\"a\")] public interface IThing { ValueTask<New> A(New x, CancellationToken ct); " +
        "} [Experimental(\"X1\")] public record New(int A);")]
    [InlineData("works | FAN*", "[Obsolete(\"x\", true), Service(\"a\")] public class [|Thing|] { [Rpc] public int A(int x) => x; }")]
    [InlineData(
        "compiles | FAN*",
        "[System.Runtime.InteropServices.ComImport, System.Runtime.InteropServices.Guid(\"00000000-0000-0000-0000-000000000001\"), " +
        "Service(\"a\")] public interface [|IThing|] { int A(int x); }")]
    [InlineData(
        "works",
        "[CLSCompliant(false), Service(\"a\"), System.Reflection.DefaultMember(\"A\")] public interface IThing { ValueTask<uint> A(uint " +
        "x, CancellationToken ct); }")]
    [InlineData("FAN0008", "[Service(\"\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData("FAN0008", "[Service(null!)] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData("FAN0008", "[Service(\"a b\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData("FAN0008", "[Service(\"ä\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData("FAN0008", "[Service(\"a[\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData("FAN0008", "[Service(\"a.\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData("FAN0008", "[Service(\"a]\")] public class [|Thing|] { [Rpc] public int A(int x) => x; }")]
    [InlineData(
        "works | FAN0008", "[Service(\"a[x][x].b\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData(
        "works | FAN0009",
        "[Service(\"a\", Version = null!)] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData(
        "FAN0009", "[Service(\"a\", Version = \"\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData(
        "FAN0009", "[Service(\"a\", Version = \"v1.0.0\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData(
        "FAN0009", "[Service(\"a\", Version = \"01.0.0\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData(
        "works", "[Service(\"a\", Version = \"1.0.0-rc.1+b\")] public interface IThing { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData(
        "FAN0008 | FAN0009",
        "[Service(\"a..b\", Version = \"1\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); }")]
    public Task An_attribute_of_a_service_breaks_nothing(string expected, string source) =>
        MemberTable.HoldsAsync(expected, "using System.Diagnostics.CodeAnalysis;\n" + source);

    [Theory]
    [InlineData("works", "\"get\", \"/a/{x}\"")]
    [InlineData("works", "\"POST\", \"/\"")]
    [InlineData("works", "\"POST\", \"/a\", ContentType = \"multipart/form-data\"")]
    [InlineData("FAN0010", "null!, \"/a\"")]
    [InlineData("FAN0010", "\"\", \"/a\"")]
    [InlineData("FAN0010", "\"TRACE\", \"/a\"")]
    [InlineData("FAN0010", "\"GET \", \"/a\"")]
    [InlineData("FAN0010", "\"GET\", null!")]
    [InlineData("FAN0010", "\"GET\", \"\"")]
    [InlineData("FAN0010", "\"GET\", \"a\"")]
    [InlineData("FAN0010", "\"GET\", \"/a/{x\"")]
    [InlineData("FAN0010", "\"GET\", \"/a/{}\"")]
    [InlineData("FAN0010", "\"GET\", \"/a/{y}\"")]
    [InlineData("FAN0010", "\"GET\", \"/a/{x:int}\"")]
    [InlineData("works | FAN0010", "\"GET\", \"/a/x}\"")]
    [InlineData("works | FAN0010", "\"GET\", \"/a/{{x}}\"")]
    [InlineData("works | FAN0010", "\"GET\", \"/{x}/{x}\"")]
    [InlineData("works | FAN0010", "\"GET\", \"//a\"")]
    [InlineData("works | FAN0010", "\"GET\", \"/a?b={x}\"")]
    [InlineData("works | FAN0010", "\"GET\", \"/a#b\"")]
    [InlineData("works | FAN0010", "\"GET\", \"/a b\"")]
    [InlineData("works | FAN0010", "\"GET\", \"/ä\"")]
    [InlineData("works | FAN0010", "\"GET\", \"/a\\n\"")]
    [InlineData("works | FAN0010", "\"GET\", \"/a\\\"\\\\\"")]
    [InlineData("works | FAN0010", "\"POST\", \"/a\", ContentType = \"\"")]
    [InlineData("works | FAN0010", "\"POST\", \"/a\", ContentType = null!")]
    [InlineData("works | FAN0010", "\"POST\", \"/a\", ContentType = \"text/plain\\n\"")]
    public Task A_route_is_valid_or_reported(string expected, string route) =>
        MemberTable.HoldsAsync(
            expected,
            $"[Service(\"a\")] public interface IThing {{ [Rpc(Idempotent = true), HttpRoute({route})] ValueTask<int> [|A|](int x, " +
            $"CancellationToken ct); }}");

    [Theory]
    [InlineData("works + FAN0033", "[HttpRoute(\"GET\", \"/a\")] ValueTask<int> [|A|](int x, CancellationToken ct);")]
    [InlineData("works + FAN0033", "[HttpRoute(\"head\", \"/a\")] ValueTask<int> [|A|](int x, CancellationToken ct);")]
    [InlineData(
        "works + FAN0033", "[Rpc(Idempotent = false), HttpRoute(\"GET\", \"/a\")] ValueTask<int> [|A|](int x, CancellationToken ct);")]
    [InlineData(
        "works + FAN0033", "[Rpc(Name = \"b\"), HttpRoute(\"GET\", \"/a\")] IAsyncEnumerable<int> [|A|](int x, CancellationToken ct);")]
    [InlineData("works + FAN0033", "[Push, HttpRoute(\"GET\", \"/a\")] ValueTask [|A|](int x, CancellationToken ct);")]
    [InlineData("works", "[Rpc(Idempotent = true), HttpRoute(\"GET\", \"/a\")] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "[HttpRoute(\"POST\", \"/a\")] ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "[HttpRoute(\"DELETE\", \"/a\")] ValueTask<int> A(int x, CancellationToken ct);")]
    public Task A_verb_that_anybody_may_send_again_is_for_what_may_be_run_again(string expected, string method) =>
        MemberTable.HoldsAsync(expected, $"[Service(\"a\")] public interface IThing {{ {method} }}");

    [Theory]
    [InlineData("/// <summary>One.</summary>")]
    [InlineData("/// <summary>A \"quoted\" <c>x</c> \\ {0} {{ }} </summary>")]
    [InlineData("/// <summary>*/ // \" ''' end.</summary>")]
    [InlineData("/// <summary>not closed")]
    [InlineData("/// <inheritdoc cref=\"Missing\"/>")]
    [InlineData("/** <summary>Two. Three.</summary> */")]
    public Task A_comment_breaks_nothing(string comment) =>
        MemberTable.HoldsAsync(
            "works",
            $"/// <summary>*/ \"</summary>\n[Service(\"a\")] public interface IThing {{\n{comment}\nValueTask<int> A(int x, " +
            $"CancellationToken ct);\n{comment}\n[Push] void B(int x); }}");
}
