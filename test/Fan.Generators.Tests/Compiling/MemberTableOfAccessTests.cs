namespace Fan.Generators.Tests.Compiling;

/// <summary>Every kind of type, at every place and with every accessibility, that may carry <c>[Service]</c>.</summary>
public sealed class MemberTableOfAccessTests
{
    [Theory]
    [InlineData("works", "[Service(\"a\")] public interface IThing { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData(
        "works",
        "[Service(\"a\")] internal interface IThing { ValueTask<Dto> A(Dto x, CancellationToken ct); [Push] ValueTask B(Dto x, " +
        "CancellationToken ct); } internal record Dto(int A);")]
    [InlineData(
        "works",
        "[Service(\"a\")] interface IThing { ValueTask<Dto> A(Dto x, CancellationToken ct); } class Dto { internal int A { get; set; " +
        "} public Inner? B { get; set; } internal record Inner(int C); }")]
    [InlineData(
        "works",
        "public class Outer { [Service(\"a\")] public interface IThing { ValueTask<int> A(int x, " +
        "CancellationToken ct); [Push] void B(); } }")]
    [InlineData(
        "works",
        "public class Outer { [Service(\"a\")] internal interface IThing { ValueTask<Dto> A(Dto x, CancellationToken ct); " +
        "[Push] void B(); } internal record Dto(int A); }")]
    [InlineData(
        "works",
        "public class Outer { [Service(\"a\")] protected internal interface IThing { ValueTask<Dto> A(Dto x, CancellationToken ct); " +
        "[Push] void B(); } protected internal record Dto(int A); }")]
    [InlineData(
        "works", "public struct Outer { [Service(\"a\")] public interface IThing { ValueTask<int> A(int x, CancellationToken ct); } }")]
    [InlineData(
        "works", "public record Outer { [Service(\"a\")] public interface IThing { ValueTask<int> A(int x, CancellationToken ct); } }")]
    [InlineData(
        "works", "public ref struct Outer { [Service(\"a\")] public interface IThing { ValueTask<int> A(int x, CancellationToken ct); } }")]
    [InlineData(
        "works",
        "public static class Outer { [Service(\"a\")] public interface IThing { ValueTask<int> A(int x, CancellationToken ct); } }")]
    [InlineData(
        "works", "public interface IOuter { [Service(\"a\")] public interface IThing { ValueTask<int> A(int x, CancellationToken ct); } }")]
    [InlineData(
        "works",
        "public static class A { public static class B { public static class C { [Service(\"a\")] public interface IThing { ValueTask<D> " +
        "A(D x, CancellationToken ct); } public record D(int E); } } }")]
    [InlineData(
        "FAN0002", "public class Outer<T> { [Service(\"a\")] public interface [|IThing|] { ValueTask<T> A(T x, CancellationToken ct); } }")]
    [InlineData("FAN0002", "public class Outer<T> { [Service(\"a\")] public class [|Thing|] { [Rpc] public int A(int x) => x; } }")]
    [InlineData("FAN0002", "[Service(\"a\")] public interface [|IThing|]<T> { ValueTask<T> A(T x, CancellationToken ct); }")]
    [InlineData("FAN0002", "[Service(\"a\")] public interface [|IThing|]<out T> { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData("FAN0002", "[Service(\"a\")] public class [|Thing|]<T> { [Rpc] public T A(T x) => x; }")]
    [InlineData("works", "[Service(\"a\")] public unsafe interface IThing { ValueTask<int> A(int x, CancellationToken ct); }")]
    [InlineData(
        "works",
        "[Service(\"a\")] public partial interface IThing { ValueTask<int> A(int x, CancellationToken ct); " +
        "} public partial interface IThing { [Push] void B(int x); }")]
    [InlineData("works", "[Service(\"a\")] public class Thing { [Rpc] public int A(int x) => x; }")]
    [InlineData("works", "[Service(\"a\")] internal sealed class Thing { [Rpc] public Dto A(Dto x) => x; } internal record Dto(int A);")]
    [InlineData("works", "[Service(\"a\")] public record Thing { [Rpc] public int A(int x) => x; }")]
    [InlineData("compiles", "[Service(\"a\")] public record Thing(int B) { [Rpc] public int A(int x) => x; }")]
    [InlineData(
        "compiles", "[Service(\"a\")] public class Thing(IServiceProvider services) { [Rpc] public bool A() => services is null; }")]
    [InlineData("compiles", "[Service(\"a\")] public class Thing { private Thing() { } [Rpc] public int A(int x) => x; }")]
    [InlineData(
        "works",
        "[Service(\"a\")] public partial class Thing { [Rpc] public int A(int x) => x; " +
        "} partial class Thing { [Rpc] public int B(int x) => x; }")]
    [InlineData("works", "public class Outer { [Service(\"a\")] protected internal class Thing { [Rpc] public int A(int x) => x; } }")]
    [InlineData("works", "public struct Outer { [Service(\"a\")] internal class Thing { [Rpc] public int A(int x) => x; } }")]
    [InlineData("compiles | FAN*", "[Service(\"a\")] public abstract class Thing { [Rpc] public int A(int x) => x; }")]
    [InlineData("compiles | FAN*", "[Service(\"a\")] public abstract class Thing { [Rpc] public abstract int A(int x); }")]
    [InlineData("FAN0026", "[Service(\"a\")] public static class [|Thing|] { public static int A(int x) => x; }")]
    [InlineData("FAN0026 | FAN0015", "[Service(\"a\")] public static class Thing { [Rpc] public static int A(int x) => x; }")]
    [InlineData(
        "works",
        "[Service(\"a\")] public class Thing { public List<object?> Seen = []; [Subscribe(typeof(IOther), \"told\")] public void On(int " +
        "x) => Seen.Add(x); [Rpc] public int A(int x) => x; } [Service(\"o\")] internal interface IOther { [Push] void Told(int x); }")]
    [InlineData(
        "works",
        "public class Outer { [Service(\"a\")] internal class Thing { public List<object?> Seen = []; [Subscribe(typeof(IOther), " +
        "\"told\")] public void On(int x) => Seen.Add(x); [Rpc] public int A(int x) => x; " +
        "} [Service(\"o\")] protected internal interface IOther { [Push] void Told(int x); } }")]
    [InlineData(
        "works",
        "[Service(\"base\")] public class Base { [Rpc] public int A(int x) => x; } [Service(\"thing\")] public class Thing : " +
        "Base { [Rpc] public int B(int x) => x; }")]
    [InlineData("FAN0013", "[Service(\"a\")] public interface [|IThing|] : IDisposable { }")]
    [InlineData(
        "FAN0013", "[Service(\"a\")] public interface [|IThing|] { private int A(int x) => x; static int B() => 1; sealed int C() => 1; }")]
    [InlineData("FAN0013", "[Service(\"a\")] public class [|Thing|] { public int A(int x) => x; }")]
    public Task A_service_is_reached_by_generated_code_or_reported(string expected, string source) =>
        MemberTable.HoldsAsync(expected, source);
}
