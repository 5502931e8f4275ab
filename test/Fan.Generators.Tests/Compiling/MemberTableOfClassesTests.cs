namespace Fan.Generators.Tests.Compiling;

/// <summary>Every kind of member that a class-first service may have, with and without Fan's attributes.</summary>
public sealed class MemberTableOfClassesTests
{
    [Theory]
    [InlineData("works", "a", "[Rpc] public int A(int x) => x;")]
    [InlineData("works", "a", "[Rpc] public async Task<int> A(int x, CancellationToken ct) { await Task.Yield(); return x; }")]
    [InlineData(
        "works",
        "a",
        "[Rpc] public async IAsyncEnumerable<int> A(int x, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken " +
        "ct) { await Task.Yield(); yield return x; }")]
    [InlineData("works", "a", "[Push] public async ValueTask A(int x, CancellationToken ct) => await Task.Yield();")]
    [InlineData("works", "a", "[Push] public async void A(int x) => await Task.Yield();")]
    [InlineData("works", "a", "[Rpc, Push] public ValueTask A(int x, CancellationToken ct) => default;")]
    [InlineData("works", "a", "[Rpc] public virtual int A(int x) => x;")]
    [InlineData(
        "works", "a", "[Rpc] public override int A(int x) => x;", "Base", "public class Base { public virtual int A(int x) => 0; }")]
    [InlineData(
        "works",
        "a",
        "[Rpc] public sealed override int A(int x) => x;",
        "Base",
        "public abstract class Base { public abstract int A(int x); }")]
    [InlineData("works", "a", "[Rpc] public new int A(int x) => x;", "Base", "public class Base { public int A(int x) => 0; }")]
    [InlineData("works", "a", "[Rpc] public new int A(int x) => x;", "Base", "public class Base { [Rpc] public int A(int x) => 0; }")]
    [InlineData("works", "a", "[Rpc] public partial int A(int x); public partial int A(int x) => x;")]
    [InlineData("works", "a", "public partial int A(int x); [Rpc] public partial int A(int x) => x;")]
    [InlineData("works", "a", "[Rpc] public unsafe int A(int x) { int* p = &x; return *p; }")]
    [InlineData("works", "a", "[Rpc] public int A(int x = 3) => x; public int A(string x) => 0; public static int A(long x) => 0;")]
    [InlineData("works", "a a2", "[Rpc] public int A(int x) => x; [Rpc(Name = \"a2\")] public string A(string x) => x;")]
    [InlineData("FAN0003", "", "[Rpc] public int A(int x) => x; [Rpc] public string [|A|](string x) => x;")]
    [InlineData("FAN0003", "", "[Rpc] public int A(int x) => x; [Rpc] public int [|AAsync|](int x) => x;")]
    [InlineData("FAN0015", "", "[Rpc] public static int [|A|](int x) => x;")]
    [InlineData("FAN0015", "", "[Rpc] internal int [|A|](int x) => x;")]
    [InlineData("FAN0015", "", "[Rpc] protected int [|A|](int x) => x;")]
    [InlineData("FAN0015", "", "[Rpc] protected internal int [|A|](int x) => x;")]
    [InlineData("FAN0015", "", "[Rpc] private protected int [|A|](int x) => x;")]
    [InlineData("FAN0015", "", "[Rpc] int [|A|](int x) => x;")]
    [InlineData("FAN0015", "", "[Push] internal ValueTask [|A|](int x) => default;")]
    [InlineData("FAN0015", "", "[Rpc, System.Runtime.InteropServices.DllImport(\"x\")] public static extern int [|A|](int x);")]
    [InlineData("FAN0002", "", "[Rpc] public T [|A|]<T>(T x) => x;")]
    [InlineData("FAN0015", "", "[Rpc] int IHas.[|A|](int x) => x;", "IHas", "public interface IHas { int A(int x); }")]
    [InlineData("FAN0015", "", "public int A { [Rpc] [|get|] => 1; }")]
    [InlineData("FAN0015", "", "public int A { get => 1; [Rpc] [|set|] { } }")]
    [InlineData("FAN0015", "", "public int A { get => 1; [Push] [|init|] { } }")]
    [InlineData("FAN0015", "", "public int this[int x] { [Rpc] [|get|] => x; }")]
    [InlineData("FAN0015", "", "public event Action A { [Rpc] [|add|] { } remove { } }")]
    [InlineData("FAN0015", "", "public event Action A { add { } [Push] [|remove|] { } }")]
    [InlineData("FAN0015", "", "[method: Rpc] public event Action? [|A|];")]
    [InlineData("FAN0015", "", "[Rpc] public static Thing operator [|+|](Thing a, Thing b) => a;")]
    [InlineData("FAN0015", "", "[Rpc] public static implicit operator [|int|](Thing a) => 1;")]
    [InlineData("FAN0015", "", "[Rpc] public void operator [|++|]() { }")]
    [InlineData("FAN0015", "", "[Rpc] ~[|Thing|]() { }")]
    [InlineData("FAN0015", "", "public int B(int x) { return Inner(x); [Rpc] int [|Inner|](int y) => y; }")]
    [InlineData("FAN0015", "", "public int B(int x) { return Inner(x); [Push] static int [|Inner|](int y) => y; }")]
    [InlineData("FAN0015", "", "[System.Diagnostics.Conditional(\"NEVER\"), Rpc] public void [|A|](int x) { }")]
    [InlineData("FAN0015", "", "[System.Diagnostics.Conditional(\"NEVER\"), Push] public void [|A|](int x) { }")]
    [InlineData("FAN0015", "", "public Func<int, int> A = [Rpc] [|(|]int x) => x;")]
    [InlineData(
        "works",
        "",
        "public int A { get; set; } public event Action? Done; public int this[int x] => x; public static int B; public const int C = 1; " +
        "~Thing() { } class Nested { }")]
    [InlineData(
        "works",
        "",
        "public ref int A(ref int x, out int y, in int z, Span<int> s) { y = 1; return ref x; } public T B<T>(T x) => x; " +
        "public unsafe int* C(int* x) => x; static Thing() { }")]
    [InlineData(
        "works",
        "",
        "public static Thing operator +(Thing a, Thing b) => a; public static implicit operator int(Thing a) => 1; " +
        "public void operator ++() { }")]
    [InlineData(
        "works", "", "public Thing(int x) { } public Thing() { } [System.Diagnostics.Conditional(\"NEVER\")] public void A(int x) { }")]
    public async Task A_member_with_rpc_or_push_can_be_called_or_is_reported(
        string expected, string wireNames, string members, string bases = "", string types = "") =>
        await MemberTable.HoldsAsync(expected, $$"""
            [Service("a.b")] public partial class Thing{{(bases.Length == 0 ? "" : " : " + bases)}}
            {
                [Rpc] public int Other(int x) => x;
                {{members}}
            }

            {{types}}
            """, wireNames == "?" ? [] : [.. wireNames.Split(' ', StringSplitOptions.RemoveEmptyEntries), "other"]);

    [Theory]
    [InlineData("works", "a other", "", "Base", "public class Base { [Rpc] public int A(int x) => x; }")]
    [InlineData("works", "a other", "", "Base", "public class Root { [Rpc] public int A(int x) => x; } public class Base : Root { }")]
    [InlineData(
        "works", "a other", "", "Base<Pair>", "public class Base<T> { [Rpc] public T A(T x) => x; } public record Pair(int A, int B);")]
    [InlineData(
        "works",
        "a b other",
        "",
        "Base",
        "public class Base<T> { [Rpc] public T A(T x) => x; } public class Base : Base<List<int>> { [Push] public void B(int x) { } }")]
    [InlineData("works", "a other", "", "Base", "public abstract class Base { [Rpc] public virtual int A(int x) => x; }")]
    [InlineData(
        "works",
        "a other",
        "public override int A(int x) => x;",
        "Base",
        "public abstract class Base { [Rpc] public abstract int A(int x); }")]
    [InlineData(
        "works", "a other", "public override int A(int x) => x;", "Base", "public class Base { [Rpc] public virtual int A(int x) => 0; }")]
    [InlineData(
        "works",
        "a other",
        "[Rpc] public override int A(int x) => x;",
        "Base",
        "public class Base { [Rpc] public virtual int A(int x) => 0; }")]
    [InlineData(
        "works",
        "renamed other",
        "[Rpc(Name = \"renamed\")] public override int A(int x) => x;",
        "Base",
        "public class Base { [Rpc] public virtual int A(int x) => 0; }")]
    [InlineData(
        "works",
        "? other",
        "public override int A(int x) => x;",
        "Base",
        "public class Base { [Rpc(Name = \"named\")] public virtual int A(int x) => 0; }")]
    [InlineData("works", "? other", "public new int A(int x) => x;", "Base", "public class Base { [Rpc] public int A(int x) => x; }")]
    [InlineData(
        "works",
        "a other",
        "",
        "Base",
        "public class Base { [Rpc] public int A(int x) => x; internal int B(int x) => x; public static int C(int x) => x; }")]
    [InlineData("FAN0015", "", "", "Base", "public class Base { [Rpc] protected int [|A|](int x) => x; }")]
    [InlineData("FAN0015", "", "", "Base", "public class Base { [Rpc] public static int [|A|](int x) => x; }")]
    [InlineData("FAN0002", "", "", "Base", "public class Base { [Rpc] public T [|A|]<T>(T x) => x; }")]
    [InlineData("FAN0003", "", "[Rpc] public string A(string x) => x;", "Base", "public class Base { [Rpc] public int A(int x) => x; }")]
    [InlineData("works", "a a other", "", "Base", "[Service(\"base\")] public class Base { [Rpc] public int A(int x) => x; }")]
    [InlineData("works", "other", "public int A(int x) => x;", "IHas", "public interface IHas { int A(int x); }")]
    [InlineData("works | FAN*", "? other", "public int A(int x) => x;", "IHas", "public interface IHas { [Rpc] int A(int x); }")]
    public async Task What_a_base_class_has_is_inherited(string expected, string wireNames, string members, string bases, string types) =>
        await MemberTable.HoldsAsync(expected, $$"""
            [Service("a.b")] public class Thing : {{bases}}
            {
                [Rpc] public int Other(int x) => x;
                {{members}}
            }

            {{types}}
            """, wireNames.StartsWith('?') ? [] : wireNames.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData("works", "public void On(int x, string text) { Seen.Add(x); Seen.Add(text); }")]
    [InlineData("works", "public async Task On(int x, string text) { await Task.Yield(); Seen.Add(x); Seen.Add(text); }")]
    [InlineData(
        "works",
        "public ValueTask On(CancellationToken token, int service, string v0) { Seen.Add(service); Seen.Add(v0); return default; }")]
    [InlineData("works", "public virtual void On(int x, string text, CancellationToken ct = default) { Seen.Add(x); Seen.Add(text); }")]
    [InlineData("works", "public unsafe void On(int x, string text) { Seen.Add(x); Seen.Add(text); }")]
    [InlineData(
        "works", "public partial void On(int x, string text); public partial void On(int x, string text) { Seen.Add(x); Seen.Add(text); }")]
    [InlineData("works", "public void On(int x, string? text) { Seen.Add(x); Seen.Add(text); } public void On(int x) { }")]
    [InlineData("FAN0015", "internal void [|On|](int x, string text) { }")]
    [InlineData("FAN0015", "public static void [|On|](int x, string text) { }")]
    [InlineData("FAN0015", "[System.Diagnostics.Conditional(\"NEVER\")] public void [|On|](int x, string text) { }")]
    [InlineData("FAN0022", "public void [|On|](int x) { }")]
    [InlineData("FAN0022", "public void [|On|](int x, object text) { }")]
    [InlineData("FAN0022", "public void [|On|](in int x, string text) { }")]
    [InlineData("FAN0022", "public void [|On|]<T>(int x, string text) { }")]
    [InlineData("FAN0022", "public ValueTask<int> [|On|](int x, string text) => default;")]
    [InlineData("FAN0022 | FAN0029", "public void [|On|](CancellationToken a, int x, string text, CancellationToken b) { }")]
    [InlineData("works | FAN0022", "public void [|On|](int x, string text, int more = 1) { Seen.Add(x); Seen.Add(text); }")]
    public async Task A_handler_of_a_push_is_subscribed_or_reported(string expected, string member) =>
        await MemberTable.HoldsAsync(expected, $$"""
            [Service("other")] public interface IOther { [Push] ValueTask ToldAsync(int x, string text, CancellationToken ct);
                [Push] void Rang(); ValueTask<int> AskAsync(int x, CancellationToken ct); }

            [Service("a.b")] public partial class Thing
            {
                public List<object?> Seen = [];
                [Rpc] public int Other(int x) => x;
                [Subscribe(typeof(IOther), nameof(IOther.ToldAsync))] {{member}}
            }
            """);

    [Theory]
    [InlineData(
        "works",
        "[Subscribe(typeof(IOther), \"told\")] public void On(int x) => Seen.Add(x); [Subscribe(typeof(IOther), \"told\", " +
        "Group = \"two\")] public void On2(int x) => Seen.Add(x);")]
    [InlineData("FAN0024", "[Subscribe(typeof(IOther), \"told\", Group = \"\")] public void [|On|](int x) { }")]
    [InlineData("FAN0024", "[Subscribe(typeof(IOther), \"told\", Group = \"ä\")] public void [|On|](int x) { }")]
    [InlineData("works", "[Subscribe(typeof(IOther), \"told\", Group = null)] public void On(int x) => Seen.Add(x);")]
    [InlineData("FAN0021", "[Subscribe(null!, \"told\")] public void [|On|](int x) { }")]
    [InlineData("FAN0021", "[Subscribe(typeof(IOther), null!)] public void [|On|](int x) { }")]
    [InlineData("FAN0021", "[Subscribe(typeof(IOther), \"\")] public void [|On|](int x) { }")]
    [InlineData("FAN0021", "[Subscribe(typeof(IOther[]), \"told\")] public void [|On|](int x) { }")]
    [InlineData("FAN0021", "[Subscribe(typeof(List<>), \"told\")] public void [|On|](int x) { }")]
    [InlineData("FAN0021", "[Subscribe(typeof(Thing), \"told\")] public void [|On|](int x) { } [Push] public void Told(int x) { }")]
    [InlineData("works", "[Subscribe(typeof(IOther), \"told\"), Rpc] public void On(int x) => Seen.Add(x);")]
    [InlineData("works", "[Subscribe(typeof(IOther), \"told\"), Push] public void On(int x) => Seen.Add(x);")]
    [InlineData("works", "[Subscribe(typeof(IDerived), \"told\")] public void On(int x) => Seen.Add(x);")]
    [InlineData("FAN0021", "[Subscribe(typeof(IGeneric<int>), \"told\")] public void [|On|](int x) => Seen.Add(x);")]
    public async Task A_subscription_is_made_or_reported(string expected, string members) =>
        await MemberTable.HoldsAsync(expected, $$"""
            [Service("other")] public interface IOther { [Push] ValueTask ToldAsync(int x, CancellationToken ct); }
            [Service("derived")] public interface IDerived : IOther { [Push] ValueTask MoreAsync(int x, CancellationToken ct); }
            public interface IGeneric<T> { [Push] ValueTask ToldAsync(T x, CancellationToken ct); }

            [Service("a.b")] public class Thing
            {
                public List<object?> Seen = [];
                [Rpc] public int Other(int x) => x;
                {{members}}
            }
            """);
}
