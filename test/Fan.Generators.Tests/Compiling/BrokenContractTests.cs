using System.Reflection;

namespace Fan.Generators.Tests.Compiling;

/// <summary>Of ten contracts one is broken, in each way that has a diagnostic: it alone is told of, and the nine serve.</summary>
public sealed class BrokenContractTests
{
    private const int Count = 10;

    public static TheoryData<string, string> Broken => new()
    {
        { "FAN0001", "[Service(\"x\")] public interface IBroken { ValueTask<int> A(ref int x, CancellationToken ct); }" },
        { "FAN0001", "[Service(\"x\")] public interface IBroken { ref int A(int x); }" },
        { "FAN0002", "[Service(\"x\")] public interface IBroken { ValueTask<T> A<T>(T x, CancellationToken ct); }" },
        { "FAN0002", "[Service(\"x\")] public interface IBroken<T> { ValueTask<T> A(T x, CancellationToken ct); }" },
        { "FAN0003", "[Service(\"x\")] public interface IBroken { ValueTask<int> A(int x); ValueTask<int> A(string x); }" },
        { "FAN0004", "[Service(\"x\")] public interface IBroken { ValueTask<int> A(Action x, CancellationToken ct); }" },
        { "FAN0004", "[Service(\"x\")] public interface IBroken { ValueTask<int> A(List<BrokenDto> x, CancellationToken ct); " +
            "} public record BrokenDto(int A, dynamic B);" },
        { "FAN0004", "[Service(\"x\")] public interface IBroken { ValueTask<BrokenDto> A(CancellationToken ct); " +
            "} public class BrokenDto { public int[,]? A { get; set; } public System.IO.Stream? B { get; set; } }" },
        { "FAN0005", "[Service(\"x\")] public interface IBroken { ValueTask<int> A(IAsyncEnumerable<int> x, CancellationToken ct); }" },
        { "FAN0008", "[Service(\"x..y\")] public interface IBroken { ValueTask<int> A(int x, CancellationToken ct); }" },
        { "FAN0009", "[Service(\"x\", Version = \"one\")] public interface IBroken { ValueTask<int> A(int x, CancellationToken ct); }" },
        { "FAN0010", "[Service(\"x\")] public interface IBroken { [HttpRoute(\"GET\", \"x\")] ValueTask<int> A(int x, " +
            "CancellationToken ct); }" },
        { "FAN0011", $"[Service(\"x\")] public interface IBroken {{ ValueTask<int> " +
            $"A({string.Join(", ", Enumerable.Range(0, 65).Select(i => "int p" + i))}); }}" },
        { "FAN0012", "[Service(\"x\")] public interface IBroken { int A { get; } ValueTask<int> B(int x, CancellationToken ct); }" },
        { "FAN0012", "[Service(\"x\")] public interface IBroken { static abstract int A(); ValueTask<int> B(int x, " +
            "CancellationToken ct); }" },
        { "FAN0012", "[Service(\"x\")] public interface IBroken { protected int A(); ValueTask<int> B(int x, CancellationToken ct); }" },
        { "FAN0013", "[Service(\"x\")] public interface IBroken { }" },
        { "FAN0014", "[Service(\"x\")] public interface IBroken { [Push] ValueTask<int> A(int x, CancellationToken ct); }" },
        { "FAN0015", "[Service(\"x\")] public class Broken { [Rpc] internal int A(int x) => x; [Rpc] public int B(int x) => x; }" },
        { "FAN0015", "[Service(\"x\")] public class Broken { public int A { [Rpc] get => 1; } [Rpc] public int B(int x) => x; }" },
        { "FAN0015", "[Service(\"x\")] public class Broken { [Rpc, System.Diagnostics.Conditional(\"NEVER\")] public void A(int x) { } " +
            "[Rpc] public int B(int x) => x; }" },
        { "FAN0021", "[Service(\"x\")] public class Broken { [Subscribe(typeof(IThing0), \"gone\")] public void A(int x) { } }" },
        { "FAN0022", "[Service(\"x\")] public class Broken { [Subscribe(typeof(IThing0), \"told\")] public void A(string x) { } }" },
        { "FAN0023", "[Service(\"x\")] public class Broken { [Subscribe(typeof(IThing0), " +
            "\"told\")] public void A(int x) { } [Subscribe(typeof(IThing0), \"told\")] public void B(int x) { } }" },
        { "FAN0024", "[Service(\"x\")] public class Broken { [Subscribe(typeof(IThing0), \"told\", " +
            "Group = \" \")] public void A(int x) { } }" },
        { "FAN0025", "public class Broken { [Subscribe(typeof(IThing0), \"told\")] public void A(int x) { } }" },
        { "FAN0026", "public static class Outer { [Service(\"x\")] private class Broken { [Rpc] public int A(int x) => x; } }" },
        { "FAN0026", "[Service(\"x\")] public static class Broken { public static int A(int x) => x; }" },
        { "FAN0027", "[Service(\"x\")] public interface IBroken { ValueTask<int> A(int userId, int user_id, CancellationToken ct); }" },
        { "FAN0028", "[Service(\"x\")] public interface IBroken { [Rpc(Name = \"we ird/é\")] ValueTask<int> A(int x, " +
            "CancellationToken ct); }" },
        { "FAN0029", "[Service(\"x\")] public interface IBroken { ValueTask<int> A(int x, CancellationToken a, CancellationToken b); }" },
        { "FAN0034", "[Service(\"x\")] public interface IBroken { [Rpc(TimeoutMilliseconds = -2)] ValueTask<int> A(int x, " +
            "CancellationToken ct); }" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_contract_costs_only_itself(string id, string broken)
    {
        for (var at = 0; at < Count; at += 3) await HoldsAsync(id, broken, at, oneFile: at % 2 == 0);
    }

    [Fact]
    public void Every_error_of_a_contract_is_tried()
    {
        string[] elsewhere = ["FAN0017", "FAN0018", "FAN0019", "FAN0032"];
        var ids = typeof(Diagnostics.Descriptors).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!);

        Assert.Empty(ids.Where(Diagnostics.Descriptors.IsError).Except(elsewhere).Except(Broken.Select(row => row.Data.Item1)));
    }

    [Fact]
    public async Task Several_broken_contracts_are_told_of_each_at_its_own_place()
    {
        var marked = """
            [Service("a")] public interface IOne { ValueTask<int> A(ref int [|x|], CancellationToken ct); }
            [Service("b")] public interface ITwo { ValueTask<int> A(Action [|x|], CancellationToken ct);
                ValueTask<int> B(int userId, int [|user_id|], CancellationToken ct); }
            [Service("c")] public class [|Three|] { }
            [Service("d")] public interface IFour { ValueTask<int> A(int x, CancellationToken ct); }
            """;
        await MemberTable.HoldsAsync("FAN0001 | FAN0004 | FAN0027 | FAN0013", marked);
    }

    private static async Task HoldsAsync(string id, string broken, int at, bool oneFile)
    {
        var contracts = Enumerable.Range(0, Count).Select(Good).ToArray();
        var sources = contracts.Take(at).Append(broken).Concat(contracts.Skip(at + 1)).ToArray();
        // Pushes are subscribed to where the broken one does so.
        if (at == 0) sources = [.. sources, Good(0)];
        var compilation = oneFile ? ContractCompilation.Of(string.Join("\n", sources)) : ContractCompilation.Of(sources);
        var told = string.Join("\n", compilation.Errors.Select(ContractCompilation.Explain));

        Assert.True(compilation.Errors.Any() && compilation.Errors.All(error => error.Id == id), $"{id} was expected of\n{broken}\n{told}");
        Assert.All(
            compilation.Errors, error => Assert.Equal(oneFile ? "Source1.cs" : $"Source{at + 1}.cs", error.Location.GetLineSpan().Path));
        Assert.DoesNotContain(compilation.Generated, tree => tree.ToString().Contains("Broken", StringComparison.Ordinal));
        var assembly = ContractCompilation.Of([.. sources.Where(source => source != broken)]).Load();
        var served = ContractCompilation.Contracts(assembly).Where(contract => contract.ServiceType.IsInterface).ToArray();
        Assert.Equal(at == 0 ? Count : Count - 1, served.Length);
        Assert.Equal(served.Length + (at == 9 ? 0 : 1), compilation.Generated.Count());
        await ContractTrial.RunAsync(assembly);
    }

    private static string Good(int i) => i == 9
        ? "[Service(\"clock\")] public class Clock { [Rpc] public int Now(int x) => x; public List<object?> Seen = []; " +
            "[Subscribe(typeof(IThing0), \"told\")] public void On(int x) => Seen.Add(x); " +
            "} [Service(\"thing9\")] public interface IThing9 { ValueTask<int> A(int x, CancellationToken ct); }"
        : $"public record Dto{i}(int A, string? B = null); [Service(\"thing{i}\")] public interface IThing{i} {{ ValueTask<Dto{i}> " +
            $"A(Dto{i} x, CancellationToken ct); [Push] ValueTask ToldAsync(int x, CancellationToken ct); }}";
}
