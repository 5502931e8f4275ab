namespace Fan.Generators.Tests.Compiling;

/// <summary>Every kind of member that an interface may have.</summary>
public sealed class MemberTableOfInterfacesTests
{
    [Theory]
    [InlineData("works", "a", "ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "a", "public ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "a", "public abstract ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "a", "ValueTask<int> A(int x, CancellationToken ct) => new(x);")]
    [InlineData("works", "a", "virtual ValueTask<int> A(int x, CancellationToken ct) => new(x);")]
    [InlineData("works", "", "sealed ValueTask<int> A(int x, CancellationToken ct) => OtherAsync(x, ct);")]
    [InlineData("works", "", "sealed int A(int x) => x; sealed int Sum { get => 1; } sealed event Action Done { add { } remove { } }")]
    [InlineData("works", "", "private ValueTask<int> A(int x, CancellationToken ct) => OtherAsync(x, ct);")]
    [InlineData("works", "", "private ref int A(ref int x, out int y) { y = 1; return ref x; }")]
    [InlineData("works", "", "private T A<T>(T x) => x;")]
    [InlineData("works", "", "private int A { get => 1; set { } } private int this[int x] => x;")]
    [InlineData("FAN0012", "", "protected ValueTask<int> [|A|](int x, CancellationToken ct);")]
    [InlineData("works", "", "protected ValueTask<int> A(int x, CancellationToken ct) => OtherAsync(x, ct);")]
    [InlineData("works", "", "protected sealed ValueTask<int> A(int x, CancellationToken ct) => OtherAsync(x, ct);")]
    [InlineData("FAN0012", "", "protected int [|A|] { get; }")]
    [InlineData("works | FAN0012", "", "protected int [|A|] { get => 1; }")]
    [InlineData("works", "a", "internal ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "a", "internal ValueTask<int> A(int x, CancellationToken ct) => new(x);")]
    [InlineData("works", "a", "protected internal ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "a", "protected internal ValueTask<int> A(int x, CancellationToken ct) => new(x);")]
    [InlineData("FAN0012", "", "private protected ValueTask<int> [|A|](int x, CancellationToken ct);")]
    [InlineData("works", "", "private protected ValueTask<int> A(int x, CancellationToken ct) => OtherAsync(x, ct);")]
    [InlineData("works", "", "static int A(int x) => x;")]
    [InlineData("works", "", "static int A { get; set; } static event Action? Done; static int Field = 1; const int Most = 3;")]
    [InlineData("works", "", "static IThing() { } ")]
    [InlineData("FAN0012", "", "static abstract int [|A|](int x);")]
    [InlineData("FAN0012", "", "static abstract int [|A|] { get; }")]
    [InlineData("FAN0012", "", "static abstract event Action [|A|];")]
    [InlineData("works | FAN0012", "", "static virtual int [|A|](int x) => x;")]
    [InlineData("works | FAN0012", "", "static virtual int [|A|] { get => 1; }")]
    [InlineData("works | FAN0012", "", "static abstract IThing operator [|+|](IThing a, IThing b);")]
    [InlineData("works", "", "static IThing operator +(IThing a, IThing b) => a;")]
    [InlineData("works", "", "static bool operator true(IThing a) => true; static bool operator false(IThing a) => false;")]
    [InlineData("FAN0012", "", "int [|A|] { get; }")]
    [InlineData("FAN0012", "", "int [|A|] { get; set; }")]
    [InlineData("FAN0012", "", "int [|A|] { set; }")]
    [InlineData("FAN0012 | works", "", "int [|A|] => 1;")]
    [InlineData("FAN0012", "", "int [|this|][int x] { get; }")]
    [InlineData("FAN0012 | works", "", "int [|this|][int x] => x;")]
    [InlineData("FAN0012", "", "event Action [|A|];")]
    [InlineData("FAN0012 | works", "", "event Action [|A|] { add { } remove { } }")]
    [InlineData(
        "works",
        "",
        "class Nested { } record Pair(int A, int B); enum Size { S } struct Point { } delegate void Told(); " +
        "interface IInner { void M(); }")]
    [InlineData("works", "a", "ValueTask<Pair> A(Pair x, Size size, CancellationToken ct); record Pair(int A, int B); enum Size { S, L }")]
    [InlineData("FAN0002", "", "ValueTask<T> [|A|]<T>(T x, CancellationToken ct);")]
    [InlineData("FAN0002", "", "ValueTask<T> [|A|]<T>(T x, CancellationToken ct) => new(x);")]
    [InlineData("works | FAN*", "a", "unsafe ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works", "", "static extern int A(int x);")]
    [InlineData("works | FAN*", "", "public static partial int A(int x); public static partial int A(int x) => x;", "partial")]
    [InlineData("works", "", "private partial int A(int x); private partial int A(int x) => x;", "partial")]
    [InlineData(
        "works",
        "a",
        "public virtual partial ValueTask<int> A(int x, CancellationToken ct); public virtual partial ValueTask<int> A(int x, " +
        "CancellationToken ct) => new(x);",
        "partial")]
    [InlineData(
        "works",
        "?",
        "public partial ValueTask<int> A(int x, CancellationToken ct); public partial ValueTask<int> A(int x, " +
        "CancellationToken ct) => OtherAsync(x, ct);",
        "partial")]
    [InlineData("works", "a", "ValueTask<int> A(int x, CancellationToken ct); } public partial interface IThing {", "partial")]
    public async Task A_member_is_a_method_of_the_contract_or_is_left_out_or_reported(
        string expected, string wireNames, string members, string modifier = "") =>
        await MemberTable.HoldsAsync(expected, $$"""
            [Service("a.b")] public {{modifier}} interface IThing
            {
                ValueTask<int> OtherAsync(int x, CancellationToken ct);
                {{members}}
            }
            """, wireNames == "?" ? [] : [.. wireNames.Split(' ', StringSplitOptions.RemoveEmptyEntries), "other"]);

    [Theory]
    [InlineData("works", "a", "IBase", "public interface IBase { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData(
        "works",
        "a",
        "IBase",
        "internal interface IHidden { ValueTask<int> A(int x, CancellationToken ct); } public interface IBase { ValueTask<int> A(int x, " +
        "CancellationToken ct); }")]
    [InlineData(
        "works",
        "a b c",
        "ILeft, IRight",
        "public interface IRoot { ValueTask<int> A(int x, CancellationToken ct); } public interface ILeft : IRoot { ValueTask<int> B(int " +
        "x, CancellationToken ct); } public interface IRight : IRoot { ValueTask<int> C(int x, CancellationToken ct); }")]
    [InlineData(
        "works",
        "a",
        "IBase<Pair>",
        "public interface IBase<T> { ValueTask<T> A(T x, List<T> all, CancellationToken ct); } public record Pair(int A, int B);")]
    [InlineData("FAN0003", "", "IBase<int>, IBase<string>", "public interface IBase<T> { ValueTask<T> [|A|](T x, CancellationToken ct); }")]
    [InlineData(
        "FAN0003",
        "",
        "IOne, ITwo",
        "public interface IOne { ValueTask<int> A(int x, CancellationToken ct); } public interface ITwo { ValueTask<int> [|A|](int x, " +
        "CancellationToken ct); }")]
    [InlineData(
        "works",
        "a a_other",
        "IOne, ITwo",
        "public interface IOne { ValueTask<int> A(int x, CancellationToken ct); } public interface ITwo { [Rpc(Name = \"a_other\")] " +
        "ValueTask<string> A(string x, CancellationToken ct); }")]
    [InlineData("FAN0012", "", "IBase", "public interface IBase { int [|A|] { get; } }")]
    [InlineData("FAN0012", "", "IBase", "public interface IBase { static abstract int [|A|](int x); }")]
    [InlineData("FAN0012", "", "IBase", "public interface IBase { protected int [|A|](int x); }")]
    [InlineData(
        "works", "", "IBase", "public interface IBase { private int A(int x) => x; sealed int B(int x) => x; static int C(int x) => x; }")]
    [InlineData("works", "", "IDisposable", "")]
    [InlineData("works", "", "IAsyncDisposable", "")]
    [InlineData("works", "", "IDisposable, IAsyncDisposable", "")]
    [InlineData("works", "", "IBase", "public interface IBase : IDisposable { }")]
    [InlineData("FAN* | works", "", "IEnumerable<int>", "")]
    [InlineData("FAN* | works", "", "IComparable<int>", "")]
    [InlineData("FAN* | works", "", "IEquatable<string>", "")]
    [InlineData("FAN* | works", "", "ICloneable", "")]
    [InlineData("FAN* | works", "", "System.ComponentModel.INotifyPropertyChanged", "")]
    [InlineData("works", "a a", "IBase", "[Service(\"base\")] public interface IBase { ValueTask<int> A(int x, CancellationToken ct); }")]
    public async Task Members_come_from_base_interfaces_too(string expected, string wireNames, string bases, string types) =>
        await MemberTable.HoldsAsync(expected, $$"""
            [Service("a.b")] public interface IThing : {{bases}}
            {
                ValueTask<int> OtherAsync(int x, CancellationToken ct);
            }

            {{types}}
            """, wireNames == "?" ? [] : [.. wireNames.Split(' ', StringSplitOptions.RemoveEmptyEntries), "other"]);

    [Theory]
    [InlineData("works | FAN0003", "a other", "new ValueTask<int> A(int x, CancellationToken ct);")]
    [InlineData("works | FAN0003", "a other", "new ValueTask<int> A(int x, CancellationToken ct) => OtherAsync(x, ct);")]
    [InlineData("works | FAN0003", "a other", "new ValueTask<string> A(int x, CancellationToken ct);")]
    [InlineData("works", "a a2 other", "[Rpc(Name = \"a2\")] new ValueTask<string> A(int x, CancellationToken ct);")]
    [InlineData(
        "works | FAN0003",
        "a other",
        "new sealed ValueTask<int> A(int x, CancellationToken ct) => OtherAsync(x, ct); ValueTask<int> IRoot.A(int x, " +
        "CancellationToken ct) => OtherAsync(x, ct);")]
    [InlineData("FAN0012 | works", "a other", "new int [|A|] { get; }")]
    [InlineData("works", "a other", "new class A { }")]
    [InlineData("works", "a other", "ValueTask<int> IRoot.A(int x, CancellationToken ct) => OtherAsync(x, ct);")]
    [InlineData("works", "a other", "abstract ValueTask<int> IRoot.A(int x, CancellationToken ct);")]
    [InlineData("works", "a other", "void IDisposable.Dispose() { }", ", IDisposable")]
    [InlineData(
        "works | FAN0003",
        "a other",
        "[Rpc(Name = \"renamed\")] ValueTask<int> IRoot.A(int x, CancellationToken ct) => OtherAsync(x, ct);")]
    public async Task A_member_of_a_base_interface_may_be_hidden_or_implemented_again(
        string expected, string wireNames, string members, string bases = "") =>
        await MemberTable.HoldsAsync(expected, $$"""
            public interface IRoot { ValueTask<int> A(int x, CancellationToken ct); }

            [Service("a.b")] public interface IThing : IRoot{{bases}}
            {
                ValueTask<int> OtherAsync(int x, CancellationToken ct);
                {{members}}
            }
            """, wireNames.Split(' '));

    [Fact]
    public async Task An_interface_may_be_of_several_parts_and_files()
    {
        var compilation = ContractCompilation.Of(
            "namespace Shop; public partial interface IThing { ValueTask<int> A(int x, CancellationToken ct); }",
            "namespace Shop; [Service(\"a.b\")] public partial interface IThing : IDisposable { }",
            "namespace Shop { partial interface IThing { ValueTask<int> B(int x, CancellationToken ct); } }");
        var assembly = compilation.Load();

        Assert.Equal(["a", "b"], Assert.Single(ContractCompilation.Contracts(assembly)).Methods.Select(method => method.Name).Order());
        await ContractTrial.RunAsync(assembly);
    }
}
