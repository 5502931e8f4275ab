namespace Fan.Generators.Tests.Compiling;

/// <summary>Every shape that a type of one's own may have, as an argument and as a result.</summary>
public sealed class MemberTableOfShapesTests
{
    [Theory]
    [InlineData("works", "public class Dto { }")]
    [InlineData("works", "public class Dto { public int A { get; set; } public string? B { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { public required int A { get; set; } public required string B { get; init; " +
        "} public int C { get; init; } = 5; }")]
    [InlineData("works", "public class Dto(int a) { public int A { get; } = a; public required int B { get; set; } }")]
    [InlineData("works", "public class Dto { public Dto(int a) { A = a; } public required int A { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { public Dto(int a) { A = a; } public required int A { get; set; } public required string B { get; init; } }")]
    [InlineData("works", "public class Dto { [SetsRequiredMembers] public Dto(int a) { A = a; } public required int A { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { [SetsRequiredMembers] public Dto() { A = 1; B = \"\"; } public required int A { get; set; " +
        "} public required string B { get; init; } }")]
    [InlineData("works", "public record Dto(int A) { public required string B { get; init; } }")]
    [InlineData("works", "public struct Dto { public required int A { get; set; } public required string B { get; init; } }")]
    [InlineData("works", "public struct Dto { public Dto() { } public required int A { get; set; } }")]
    [InlineData(
        "works",
        "public abstract class Base { public required int A { get; set; } } public class Dto : " +
        "Base { public required int B { get; set; } }")]
    [InlineData("works | works + FAN0031 | FAN0004", "public class Dto { public required int A; public int B { get; set; } }")]
    [InlineData("works", "public class Dto { [JsonInclude] public required int A; }")]
    [InlineData("FAN0004 | works", "public class Dto { [JsonIgnore] public required int A { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { [JsonRequired] public int A { get; } }")]
    [InlineData("works", "public class Dto { [JsonRequired] public int A { get; set; } }")]
    [InlineData("works | FAN0004", "public class Dto { public Dto(ref int a) { A = a; } public int A { get; set; } }")]
    [InlineData("works | FAN0004", "public class Dto { public Dto(out int a) { a = 1; } public int A { get; set; } }")]
    [InlineData("works | FAN0004", "public class Dto { public Dto(in int a) { A = a; } public int A { get; } }")]
    [InlineData("works | FAN0004", "public class Dto { public Dto(ref readonly int a) { A = a; } public int A { get; } }")]
    [InlineData("works | FAN0004", "public class Dto { public Dto(params int[] a) { A = a; } public int[] A { get; } }")]
    [InlineData("works | FAN0004", "public class Dto { public Dto(ReadOnlySpan<int> a) { A = a.Length; } public int A { get; } }")]
    [InlineData(
        "works",
        "public class Dto { public Dto() { } public Dto(int a) { A = a; } public Dto(int a, int b) { A = a; " +
        "} public int A { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { public Dto(int a) { A = a; } public Dto(string a) { } public int A { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { public Dto(int a) { A = a; } [JsonConstructor] public Dto(int a, string b) { A = a; B = b; " +
        "} public int A { get; } public string? B { get; } }")]
    [InlineData(
        "FAN0004",
        "public class Dto { [JsonConstructor] public Dto(int a) { A = a; } [JsonConstructor] public Dto(int a, string b) { A = a; " +
        "} public int A { get; } }")]
    [InlineData(
        "works",
        "public class Dto { [JsonConstructor] private Dto(int a) { A = a; } public int A { get; " +
        "} public static Dto Of(int a) => new(a); }")]
    [InlineData("works", "public class Dto { [JsonConstructor] private Dto() { } public int A { get; set; } }")]
    [InlineData("works", "public class Dto { [JsonConstructor] internal Dto(int a) { A = a; } public int A { get; } }")]
    [InlineData("FAN0004", "public class Dto { private Dto() { } public int A { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { internal Dto() { } public int A { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { protected Dto(int a) { A = a; } public int A { get; } }")]
    [InlineData("FAN0004", "public class Dto { public Dto(int other) { } public int A { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { public Dto(string a) { } public int A { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { public Dto(int? a) { } public int A { get; set; } }")]
    [InlineData("FAN0004", "public class Dto(int a) { public int Twice => a * 2; }")]
    [InlineData("FAN0004 | works", "public class Dto { public Dto(int a, int A) { this.A = A; } public int A { get; set; } }")]
    [InlineData("works", "public class Dto(int aB, string c_d) { public int AB { get; } = aB; public string C_D { get; } = c_d; }")]
    [InlineData("works", "public class Dto { public int A { get; init; } = 4; public string B { get; init; } = \"b\"; }")]
    [InlineData("works", "public struct Dto { public int A { get; init; } public string? B { get; init; } }")]
    [InlineData("works", "public struct Dto { public Dto() { A = 5; } public int A { get; set; } public int B { get; init; } }")]
    [InlineData("works", "public struct Dto { public Dto(int a) { A = a; } public int A { get; set; } }")]
    [InlineData("works", "public readonly struct Dto { [JsonConstructor] public Dto(int a) { A = a; } public int A { get; } }")]
    [InlineData("works + FAN0031 | works | FAN0004", "public readonly struct Dto { public Dto(int a) { A = a; } public int A { get; } }")]
    [InlineData("works + FAN0031", "public class Dto { public int [|A|] { get; } = 3; public int B { get; set; } }")]
    [InlineData("works", "public class Dto { public int A => B + 1; public int B { get; set; } public int C { get { return 1; } } }")]
    [InlineData("FAN0004", "public class Dto { public List<int> A { get; } = []; }")]
    [InlineData(
        "works",
        "public class Dto { [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)] public List<int> A { get; } = []; }")]
    [InlineData("works + FAN0031", "public class Dto { public int [|A|] { get; private set; } public int B { get; set; } }")]
    [InlineData("works + FAN0031", "public class Dto { public int [|A|] { get; protected set; } public int B { get; set; } }")]
    [InlineData("works + FAN0031", "public class Dto { public int [|A|] { get; internal set; } public int B { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { public int A { get; private init; } }")]
    [InlineData(
        "works",
        "public class Dto { [JsonInclude] public int A { get; private set; } [JsonInclude] public int B { get; private init; " +
        "} [JsonInclude] internal int C { get; set; } [JsonInclude] private int D { get; set; } }")]
    [InlineData("works", "public class Dto(int a) { public int A { get; private set; } = a; }")]
    [InlineData("works | works + FAN0031", "public class Dto { public int A { private get; set; } public int B { get; set; } }")]
    [InlineData("works", "public class Dto { public int A { set { } } public int B { get; set; } }")]
    [InlineData("works + FAN0031 | works | FAN0004", "public class Dto { public int A; public int B { get; set; } }")]
    [InlineData("works + FAN0031 | FAN0004", "public class Dto { public readonly int A = 3; public int B { get; set; } }")]
    [InlineData("works + FAN0031 | works | FAN0004", "public struct Dto { public int A; }")]
    [InlineData(
        "works",
        "public class Dto { [JsonInclude] public int A; [JsonInclude] internal string? B; " +
        "[JsonInclude] private int _c; public int C => _c; }")]
    [InlineData("works + FAN0031 | FAN0004", "public class Dto { [JsonInclude] public readonly int A = 3; }")]
    [InlineData(
        "works",
        "public class Dto { public const int A = 1; public static int B; public static int C { get; set; } private int _d = 1; " +
        "internal int E { get; set; } protected int F { get; set; } public int G { get => _d; set => _d = value; } }")]
    [InlineData("works", "public class Dto { public int this[int x] { get => x; set { } } public int B { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { public event Action? Done; public int B { get; set; } public void M() => Done?.Invoke(); " +
        "public class Inner { } }")]
    [InlineData(
        "works",
        "public class Dto { public int A { get; set => field = value; } public partial int B { get; set; } } partial class X { }",
        "partial")]
    [InlineData(
        "works | FAN0004 | works + FAN0031", "public class Dto { private int _a; public ref int A => ref _a; public int B { get; set; } }")]
    [InlineData(
        "works",
        "public interface IHas { int A { get; } int B => 3; } public class Dto : IHas { int IHas.A => 1; public int C { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto : IEquatable<Dto>, IComparable<Dto> { public int A { get; set; } public bool Equals(Dto? o) => o?.A == A; " +
        "public int CompareTo(Dto? o) => 0; public override bool Equals(object? o) => Equals(o as Dto); " +
        "public override int GetHashCode() => A; }")]
    public Task A_type_is_carried_whole_or_said_to_lose_something(string expected, string types, string modifier = "") =>
        Holds(expected, modifier.Length == 0 ? types : types.Replace(
            "public class Dto {",
            "public partial class Dto { public partial int B { get => field; set => field = value; }",
            StringComparison.Ordinal));

    [Theory]
    [InlineData("works", "public class Dto { [Obsolete] public int A { get; set; } [Obsolete(\"x\")] public int B { get; init; } }")]
    [InlineData("works", "public class Dto { [Obsolete(\"x\", true)] public int A { get; set; } public int B { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { [Obsolete(\"x\", true)] public int A { get; init; } [Obsolete(\"x\", true)] public string? C { get; set; } }")]
    [InlineData("works", "public class Dto { [Obsolete(\"x\", true)] public required int A { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { public int A { get; [Obsolete(\"x\", true)] set; } public int B { [Obsolete(\"x\", true)] get; set; } }")]
    [InlineData("works | FAN0004", "public class Dto { [Obsolete(\"x\", true)] public Dto(int a) { A = a; } public int A { get; } }")]
    [InlineData("works | FAN0004", "public class Dto { [Obsolete(\"x\", true)] public Dto() { } public int A { get; set; } }")]
    [InlineData("works", "public record Dto([property: Obsolete(\"x\", true)] int A);")]
    [InlineData(
        "works | FAN0004",
        "[Obsolete(\"x\", true)] public class Old { public int A { get; set; } } public class Dto { [Obsolete(\"y\", " +
        "true)] public Old? O { get; set; } public int B { get; set; } }")]
    [InlineData(
        "works | FAN0004",
        "[Obsolete(\"x\")] public class Old { public int A { get; set; } } #pragma warning disable CS0612, " +
        "CS0618\n public class Dto { public Old? O { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { [Experimental(\"X1\")] public int A { get; set; } [Experimental(\"X2\")] public int B { get; init; } }")]
    [InlineData("works | FAN0004", "public class Dto { [Experimental(\"X1\")] public Dto(int a) { A = a; } public int A { get; } }")]
    [InlineData(
        "works",
        "[Experimental(\"X1\")] public record Old(int A); #pragma warning disable X1\n public class Dto { public Old? O { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { [RequiresUnreferencedCode(\"x\")] public Dto() { } public int A { [RequiresUnreferencedCode(\"x\")] get; " +
        "[RequiresUnreferencedCode(\"x\")] set; } }")]
    [InlineData(
        "works",
        "public class Dto { [NotNull] public string? A { get; set; } [AllowNull] public string B { get; set; } = \"\"; " +
        "[MaybeNull] public string C { get; set; } = \"\"; [DisallowNull] public string? D { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { [JsonIgnore] public Action? A { get; set; } [JsonIgnore] public object? B { get; set; " +
        "} public int C { get; set; } }")]
    [InlineData(
        "works", "public class Dto { [JsonIgnore] public int A { get; } = 3; [JsonIgnore] public int B; public int C { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public int A { get; set; " +
        "} [JsonPropertyOrder(-1)] public int B { get; set; } [JsonPropertyName(\"zäh\\\"\")] public int C { get; set; } }")]
    [InlineData("works | FAN0004", "public class Dto { [JsonPropertyName(\"\")] public int A { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { public int A { get; set; } [JsonPropertyName(\"a\")] public int B { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { public int userName { get; set; } public int UserName { get; set; } }")]
    [InlineData(
        "FAN0004", "public class Base { public int userName { get; set; } } public class Dto : Base { public int UserName { get; set; } }")]
    [InlineData(
        "FAN0004 | works", "public class Dto { public int Aa { get; set; } [JsonPropertyName(\"AA\")] public int B { get; set; } }")]
    [InlineData(
        "works", "public class Dto { public int A { get; set; } [JsonPropertyName(\"a\"), JsonIgnore] public int B { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { public int A { get; set; } [JsonExtensionData] public Dictionary<string, " +
        "System.Text.Json.JsonElement>? More { get; set; } }")]
    [InlineData(
        "FAN0004",
        "public class Dto { public int A { get; set; } [JsonExtensionData] public Dictionary<string, int>? More { get; set; } }")]
    [InlineData(
        "works",
        "public class Dto { [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)] " +
        "public int A { get; set; } }")]
    [InlineData("works", "[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)] public record Dto(int A);")]
    [InlineData(
        "works",
        "public class Dto { [JsonConverter(typeof(C))] public object? A { get; set; } } public class C : JsonConverter<object> { public " +
        "override object? Read(ref System.Text.Json.Utf8JsonReader r, Type t, System.Text.Json.JsonSerializerOptions o) => " +
        "r.GetString(); public override void Write(System.Text.Json.Utf8JsonWriter w, object v, " +
        "System.Text.Json.JsonSerializerOptions o) => w.WriteStringValue(v.ToString()); }",
        "lenient")]
    [InlineData(
        "works",
        "public class Dto { [Own] public int A { get; set; } } public class OwnAttribute : JsonConverterAttribute { public override " +
        "JsonConverter CreateConverter(Type t) => new C(); } public class C : JsonConverter<int> { public override int Read(ref " +
        "System.Text.Json.Utf8JsonReader r, Type t, System.Text.Json.JsonSerializerOptions o) => r.GetInt32() - 1; public override void " +
        "Write(System.Text.Json.Utf8JsonWriter w, int v, System.Text.Json.JsonSerializerOptions o) => w.WriteNumberValue(v + 1); }")]
    public Task Attributes_of_members_are_kept_to(string expected, string types, string how = "") =>
        Holds(how == "lenient" ? "compiles" : expected, types);

    [Theory]
    [InlineData("works", "public class Base { public int A { get; set; } } public class Dto : Base { public new int A { get; set; } }")]
    [InlineData("works", "public class Base { public int A { get; set; } } public class Dto : Base { public new string? A { get; set; } }")]
    [InlineData(
        "works",
        "public class Base { public int A { get; set; } } public class Dto : Base { private new string? A { get; set; " +
        "} public int B { get; set; } }")]
    [InlineData(
        "works",
        "public class Base { public virtual int A { get; set; } } public class Dto : Base { public override int A { get; set; } }")]
    [InlineData(
        "works",
        "public class Base { public virtual int A { get; set; } } public class Dto : Base { public override int A { get => base.A; } }")]
    [InlineData(
        "works",
        "public abstract class Base { public abstract int A { get; init; } } public class Dto : " +
        "Base { public override int A { get; init; } }")]
    [InlineData(
        "works", "public class Base<T> { public T? A { get; init; } } public class Dto : Base<int> { public int B { get; init; } }")]
    [InlineData("works", "public record Base(int A); public record Dto(int A, int B) : Base(A);")]
    [InlineData(
        "works", "public abstract record Base(int A) { public int C { get; init; } } public sealed record Dto(int A, int B) : Base(A);")]
    [InlineData(
        "works",
        "public record Dto(int A, string B = \"x\") { public int C { get; set; } = 3; public string D => B; " +
        "public void Deconstruct(out int a) => a = A; public sealed override string ToString() => \"\"; }")]
    [InlineData("works", "public record Dto(int A) { public int A { get; init; } = A; }")]
    [InlineData("FAN0004", "public record Dto(int A) { private int A { get; } = A; }")]
    [InlineData("works | FAN0004 | works + FAN0031", "public record Dto(int A) { public int A = A; }")]
    [InlineData("works", "public record Dto { public int A { get; set; } protected Dto(Dto other) { A = other.A; } public Dto() { } }")]
    [InlineData("works", "public record struct Dto(int A) { public int B { get; init; } = 4; }")]
    [InlineData("works", "public readonly record struct Dto(int A, string? B) { public int C { get; init; } = A; }")]
    [InlineData("works", "public partial class Dto { public int A { get; set; } } public partial class Dto { public int B { get; set; } }")]
    [InlineData(
        "works",
        "[JsonDerivedType(typeof(More), \"m\")] public class Dto { public int A { get; set; } } public class More : " +
        "Dto { public int B { get; set; } }")]
    [InlineData(
        "works",
        "[JsonPolymorphic(TypeDiscriminatorPropertyName = \"kind\")] [JsonDerivedType(typeof(More), " +
        "1)] public abstract class Dto { public int A { get; set; } } public class More : Dto { public int B { get; set; } }")]
    [InlineData(
        "FAN0004",
        "[JsonDerivedType(typeof(One), \"x\"), JsonDerivedType(typeof(Two), \"x\")] public abstract class Dto { } public class One : " +
        "Dto { } public class Two : Dto { }")]
    [InlineData("FAN0004", "[JsonDerivedType(typeof(One), \"x\")] public abstract class Dto { } public class One { }")]
    [InlineData(
        "FAN0004",
        "[JsonDerivedType(typeof(One), \"x\")] public abstract class Dto { } public class One : Dto { public Action? A { get; set; } }")]
    [InlineData(
        "works | FAN0004", "[JsonDerivedType(typeof(One))] public class Dto { public int A { get; set; } } public class One : Dto { }")]
    [InlineData("FAN0004 | works + FAN0031", "public class Dto : List<int> { public int Extra { get; set; } }")]
    [InlineData("FAN0004 | works + FAN0031", "public class Dto : Dictionary<string, int> { public int Extra { get; set; } }")]
    [InlineData("FAN0004", "public class Dto : Exception { public int A { get; set; } }")]
    [InlineData("works | FAN0004", "public class Dto : EventArgs { public int A { get; set; } }")]
    [InlineData("FAN0004 | works + FAN0031", "[System.Runtime.CompilerServices.InlineArray(4)] public struct Dto { private int _first; }")]
    [InlineData("FAN0004 | works + FAN0031", "public unsafe struct Dto { public fixed int A[4]; public int B { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { public Action? A { get; set; } }")]
    [InlineData("FAN0004", "public class Dto { public Type T => typeof(int); }")]
    [InlineData(
        "FAN0004",
        "public class Dto { public Dto? Next { get; set; } public List<Inner> All { get; set; } = []; " +
        "} public record Inner(Dictionary<string, Deep?> D); public struct Deep { public System.IO.Stream? S { get; set; } }")]
    [InlineData("FAN0004", "public class Dto : Base { } public class Base { public object? A { get; init; } }")]
    [InlineData("FAN0004", "public record Dto(dynamic A);")]
    [InlineData("FAN0004", "public record Dto(List<(int, dynamic)> A);")]
    [InlineData("FAN0004", "public record Dto(IHas A); public interface IHas { }")]
    public Task What_a_type_inherits_and_holds_is_part_of_it(string expected, string types) => Holds(expected, types);

    [Theory]
    [InlineData("works", "Dto<int>", "public class Dto<T> { public T? A { get; init; } public int B { get; init; } }")]
    [InlineData("works", "Dto<string?>", "public record Dto<T>(T A, List<T> All);")]
    [InlineData("works", "Dto<Dto<int>>", "public record struct Dto<T>(T A);")]
    [InlineData(
        "works",
        "Dto<int, string>",
        "public class Dto<T, U> where T : struct where U : class { public T? A { get; set; } public U? B { get; set; } }")]
    [InlineData(
        "works",
        "Outer<int>.Dto",
        "public class Outer<T> { public record Dto(T A, Inner? I); public class Inner { public T? V { get; set; } } }")]
    [InlineData("works", "Outer<int>.Dto<string>", "public class Outer<T> { public record Dto<U>(T A, U B); }")]
    [InlineData("FAN0004", "Dto<object>", "public record Dto<T>(T A);")]
    [InlineData("works", "Dto<object>", "public record Dto<T>(int A);")]
    public Task A_generic_type_is_carried_by_what_it_is_made_of(string expected, string type, string types) => Holds(expected, types, type);

    [Fact]
    public Task More_members_than_the_compact_form_counts() =>
        Holds("works", $"public class Dto {{ {string.Concat(Enumerable.Range(0, 70).Select(i => $"public int P{i} {{ get; set; }} "))} }}");

    private static async Task Holds(string expected, string types, string type = "Dto")
    {
        const string Usings = "using System.Diagnostics; using System.Diagnostics.CodeAnalysis; using System.Text.Json.Serialization;\n";
        types = types.Replace(" #pragma", "\n#pragma", StringComparison.Ordinal);
        await MemberTable.HoldsAsync(
            expected,
            $"{Usings}[Service(\"a.b\")] public interface IThing {{ ValueTask<{type}> A({type} x, CancellationToken ct); " +
            $"IAsyncEnumerable<{type}?> B(List<{type}> x, CancellationToken ct); }}\n{types}");
        await MemberTable.HoldsAsync(
            expected, $"{Usings}[Service(\"a.b\")] public class Thing {{ [Rpc] public {type} A({type} x) => x; }}\n{types}");
    }
}
