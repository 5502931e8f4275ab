namespace Fan.Generators.Tests.Compiling;

/// <summary>
/// Sources that a generator must not follow to their end, nor repeat where they can't be repeated: compiled in a process of its own first.
/// </summary>
public sealed class CompilerSurvivalTests
{
    [Theory]
    [InlineData("public record Rec<T>(T Value, Rec<Rec<T>>? Next);", "Rec<int>")]
    [InlineData("public class Rec<T> { public Rec<List<T>>? Next { get; set; } }", "Rec<int>")]
    [InlineData("public class Rec<T> { public List<Dictionary<string, Rec<T[]>?>> Next { get; set; } = []; }", "Rec<string>")]
    [InlineData(
        "public class One<T> { public Two<T?>? Next { get; set; } } public class Two<T> { public One<List<T>>? Next { get; set; } }",
        "One<int>")]
    [InlineData("public abstract class Base<T> { public Rec<(T, T)>? Next { get; set; } } public class Rec<T> : Base<T> { }", "Rec<int>")]
    [InlineData("public class Rec<T> : List<Rec<Rec<T>>> { }", "Rec<int>")]
    [InlineData("public class Rec<T, U> { public Rec<U, Rec<T, U>>? Next { get; set; } }", "Rec<int, string>")]
    [InlineData(
        "[System.Text.Json.Serialization.JsonDerivedType(typeof(More<Rec<int>>))] public class Rec<T> { public T? A { get; set; " +
        "} } public class More<T> : Rec<int> { public Rec<More<Rec<T>>>? B { get; set; } }",
        "Rec<int>")]
    public async Task A_type_that_grows_for_ever_is_reported(string types, string type)
    {
        string[] sources =
        [
            $"[Service(\"a\")] public interface IThing {{ ValueTask A({type} [|x|], CancellationToken ct); }}\n{types}",
            $"[Service(\"a\")] public interface IThing {{ ValueTask<{type}> [|A|](CancellationToken ct); }}\n{types}",
            $"[Service(\"a\")] public class Thing {{ [Rpc] public void A(List<Has?> x) {{ }} }} public record Has({type} X);\n{types}",
        ];
        foreach (var source in sources)
        {
            Assert.Contains("error FAN0004", await CompilerProcess.RunAsync(MemberTable.Unmark(source).Source), StringComparison.Ordinal);
            await MemberTable.HoldsAsync("FAN0004", source);
        }
    }

    [Theory]
    [InlineData(
        "public class Outer { [Service(\"a\")] private interface [|IThing|] { ValueTask<int> A(int x, " +
        "CancellationToken ct); [Push] void B(); } }")]
    [InlineData(
        "public class Outer { [Service(\"a\")] interface [|IThing|] { ValueTask<Dto> A(Dto x, " +
        "CancellationToken ct); } record Dto(int A); }")]
    [InlineData(
        "public class Outer { [Service(\"a\")] protected interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); } }")]
    [InlineData(
        "public class Outer { [Service(\"a\")] private protected interface [|IThing|] { ValueTask<int> A(int x, " +
        "CancellationToken ct); } }")]
    [InlineData(
        "public class Outer { private class Middle { [Service(\"a\")] public interface [|IThing|] { ValueTask<int> A(int x, " +
        "CancellationToken ct); } } }")]
    [InlineData("[Service(\"a\")] file interface [|IThing|] { ValueTask<Dto> A(Dto x, CancellationToken ct); } file record Dto(int A);")]
    [InlineData("file class Outer { [Service(\"a\")] public interface [|IThing|] { ValueTask<int> A(int x, CancellationToken ct); } }")]
    [InlineData("public class Outer { [Service(\"a\")] private class [|Thing|] { [Rpc] public int A(int x) => x; } }")]
    [InlineData("public class Outer { [Service(\"a\")] protected class [|Thing|] { [Rpc] public int A(int x) => x; } }")]
    [InlineData("public class Outer { [Service(\"a\")] private protected class [|Thing|] { [Rpc] public int A(int x) => x; } }")]
    [InlineData("[Service(\"a\")] file class [|Thing|] { [Rpc] public int A(int x) => x; }")]
    public async Task A_service_that_generated_code_cannot_reach_is_reported(string source)
    {
        Assert.Contains("error FAN0026", await CompilerProcess.RunAsync(MemberTable.Unmark(source).Source), StringComparison.Ordinal);
        await MemberTable.HoldsAsync("FAN0026", source);
    }

    [Theory]
    [InlineData(
        "public class Outer { [Service(\"a\")] internal class Thing { [Subscribe(typeof(IOther), \"told\")] public void On(int x) { } " +
        "[Rpc] public int A(int x) => x; } [Service(\"o\")] private interface [|IOther|] { [Push] void Told(int x); } }")]
    [InlineData(
        "public class Outer { [Service(\"a\")] private class [|Thing|] { [Subscribe(typeof(IOther), " +
        "\"told\")] public void On(int x) { } } [Service(\"o\")] public interface IOther { [Push] void Told(int x); } }")]
    public async Task A_subscription_that_generated_code_cannot_reach_is_reported(string source)
    {
        Assert.Contains("error FAN0026", await CompilerProcess.RunAsync(MemberTable.Unmark(source).Source), StringComparison.Ordinal);
        await MemberTable.HoldsAsync("FAN0026 | FAN0021", source);
    }

    [Fact]
    public async Task A_deep_type_is_followed_to_its_end()
    {
        var types = string.Concat(
            Enumerable.Range(0, 300).Select(i => $"public record D{i}(int A, D{i + 1}? Next);\n")) + "public record D300(int A);";
        var source = $"[Service(\"a\")] public interface IThing {{ ValueTask<D0> A(D0 x, CancellationToken ct); }}\n{types}";

        Assert.DoesNotContain("error", await CompilerProcess.RunAsync(source), StringComparison.Ordinal);
        await MemberTable.HoldsAsync("works", source);
    }
}
