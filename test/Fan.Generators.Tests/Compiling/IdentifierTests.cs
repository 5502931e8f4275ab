using Microsoft.CodeAnalysis;

namespace Fan.Generators.Tests.Compiling;

/// <summary>No name that a user gives to anything clashes with what is generated: each is tried at each place where C# takes it.</summary>
public sealed class IdentifierTests
{
    private const string Task = "global::System.Threading.Tasks.ValueTask";
    private const string Token = "global::System.Threading.CancellationToken";
    private const string Json = "global::System.Text.Json.Serialization";

    /// <summary>More failures than that are of one cause.</summary>
    private const int Enough = 12;

    // What C# or the serializer refuses by itself.
    private static readonly Dictionary<string, string[]> Refused = new()
    {
        // A record has these of its own, of other kinds.
        ["record parameter"] =
        [
            "Clone", "Equals", "GetHashCode", "ToString", "PrintMembers", "EqualityContract", "Deconstruct", "GetType", "MemberwiseClone",
            "Finalize", "ReferenceEquals", "op_Equality"
        ],
        // Namespaces without which no source would mean what it says.
        ["type without a namespace"] = ["System", "Fan"],
        ["interface without a namespace"] = ["System", "Fan"],
        // The name of an enum's own field.
        ["enum member"] = ["value__"],
    };

    public static TheoryData<string> Uses => [.. Sources.Keys];

    private static readonly Dictionary<string, Func<IReadOnlyList<string>, string>> Sources = new()
    {
        ["parameter"] = ids => Interface("a", Groups(ids, 50, Snake).Select((group, i) => $"""
            [Rpc(Name = "v{i}")] {Task}<string> V{i}({Typed("string", group)}, {Token} ct9);
            [Rpc(Name = "t{i}")] global::System.Threading.Tasks.Task T{i}({Typed("global::System.Collections.Generic.List<int?>?", group)});
            [Rpc(Name = "s{i}")] global::System.Collections.Generic.IAsyncEnumerable<int> S{i}({Token} ct9, {Typed("int", group)});
            [Rpc(Name = "d{i}")] string D{i}({Typed("int", group, " = 3")}, {Token} ct9 = default);
            [Rpc(Name = "n{i}")] void N{i}({Typed("double?", group, " = double.NaN")});
            [Push(Name = "p{i}")] {Task} P{i}({Typed("string?", group)}, {Token} ct9);
            [Push(Name = "q{i}")] void Q{i}({Typed("global::System.DateTime", group)});
            """)),
        ["cancellation token"] = ids => Interface("a", ids.Select((id, i) => $"""
            {Task}<int> V{i}({Token} @{id}); [Push] {Task} P{i}({Token} @{id});
            {(i % 5 > 0 ? "" : $"int D{i}(int a9, int b9 = 3, {Token} @{id} = default);")}
            {(i % 5 > 0 ? "" : $"global::System.Collections.Generic.IAsyncEnumerable<int> S{i}({Token} @{id}, int a9);")}
            """)),
        ["parameter of a class"] = ids => Class("a", Groups(ids, 50, Snake).Select((group, i) => $$"""
            [Rpc(Name = "v{{i}}")] public string V{{i}}({{Typed("string", group)}}, {{Token}} ct9) => @{{group[^1]}};
            [Rpc(Name = "t{{i}}")] public async {{Task}}<int> T{{i}}({{Typed("int", group, " = 3")}})
            { await global::System.Threading.Tasks.Task.Yield(); return @{{group[^1]}}; }
            [Push(Name = "p{{i}}")] public void P{{i}}({{Typed("int?", group)}}) { }
            """).Concat(ids.Select((id, i) => $"[Rpc(Name = \"x{i}\")] public int X{i}(int a9, {Token} @{id}) => a9;"))),
        ["parameter of a push and of its handler"] = ids => Interface(
            "o",
            Groups(ids, 50, Snake).Select(
                (group, i) =>
                    $"[Push(Name = \"p{i}\")] {Task} P{i}({Typed("int", group)}, {Token} ct9); " +
                    $"[Push(Name = \"q{i}\")] void Q{i}({Typed("int", group.Select((_, j) => "a" + j))});"))
            + Class("a", Groups(ids, 50, Snake).Select((group, i) => $$"""
            [Subscribe(typeof(global::Zoo.IThingO), "p{{i}}")]
            public void OnP{{i}}({{Typed("int", group.Select((_, j) => "b" + j))}}) => Seen.Add(b0);
            [Subscribe(typeof(global::Zoo.IThingO), "q{{i}}")] public void OnQ{{i}}({{Typed("int", group)}}) => Seen.Add(@{{group[0]}});
            """).Append("public global::System.Collections.Generic.List<object?> Seen = new();")),
        ["method"] = ids => Interface(
            "a",
            ids.Select(
                (id, i) =>
                    $"[Rpc(Name = \"v{i}\")] {Task}<int> @{id}(int a9, {Token} ct9); " +
                    $"[Push(Name = \"p{i}\")] {Task} @{id}(string a9, {Token} ct9);")),
        ["method of a class"] = ids => Class(
            "a", ids.Select((id, i) => $"[Rpc(Name = \"v{i}\")] public int @{id}(int a9, {Token} ct9) => a9;")),
        ["handler"] = ids => Interface("o", ids.Select((id, i) => $"[Push(Name = \"p{i}\")] {Task} @{id}(int a9);"))
            +
            Class(
                "a",
                ids.Select((id, i) => $"[Subscribe(typeof(global::Zoo.IThingO), \"p{i}\")] public void @{id}(int a9) => Seen.Add(a9);")
                    .Append("public global::System.Collections.Generic.List<object?> Seen = new();")),
        ["property"] = ids => Dtos(ids, "class", id => $"public int @{id} {{ get; set; }}"),
        ["property with init"] = ids => Dtos(ids, "class", id => $"public string? @{id} {{ get; init; }}"),
        ["required property"] = ids => Dtos(ids, "struct", id => $"public required int? @{id} {{ get; init; }}"),
        ["property that only json carries"] = ids => Dtos(ids, "class", id => $"public global::System.Version? @{id} {{ get; set; }}"),
        ["record parameter"] = ids => Interface(
            "a", Groups(ids, 50, Lower).Select((_, i) => $"{Task}<Dto{i}> V{i}(Dto{i} a9, {Token} ct9);"))
            + Namespace(Groups(ids, 50, Lower).Select((group, i) => $"public record Dto{i}({Typed("int", group, " = 3")});")),
        ["constructor parameter"] = ids => Interface(
            "a", Groups(ids, 50, Lower).Select((_, i) => $"{Task}<Dto{i}> V{i}(Dto{i} a9, {Token} ct9);"))
            + Namespace(
                Groups(ids, 50, Lower).Select(
                    (group, i) =>
                        $"public class Dto{i} {{ public Dto{i}({Typed("int", group)}) {{ " +
                        $"{string.Concat(group.Select(id => $"this.@{id} = @{id};"))} }} " +
                        $"{string.Concat(group.Select(id => $"public int @{id} {{ get; }}"))} }}")),
        ["field"] = ids => Dtos(ids, "class", id => $"[{Json}.JsonInclude] public int @{id};"),
        ["enum member"] = ids => Interface("a", [$"{Task}<E> V(E a9, D d9, E b9 = E.@{ids[0]}, E? c9 = E.@{ids[^1]});"])
            + Namespace([$"public enum E {{ {string.Join(", ", ids.Select(id => "@" + id))} }}", $"public record D(E A = E.@{ids[^1]});"]),
        ["type"] = ids => Interface("a", Groups(ids, 50, id => id).Select((_, i) => $"{Task}<All{i}> V{i}(All{i} a9, {Token} ct9);"))
            + Namespace(
                Groups(ids, 50, id => id).Select(
                    (group, i) =>
                        $"public class All{i} {{ " +
                        $"{string.Concat(group.Select((id, j) => $"public global::Zoo.@{id}? P{j} {{ get; set; }}"))} }} " +
                        $"{string.Concat(group.Select(id => Type(id)))}")),
        ["type without a namespace"] = ids => Interface(
            "a", Groups(ids, 50, id => id).Select((_, i) => $"{Task}<All{i}> V{i}(All{i} a9, {Token} ct9);"))
            + Namespace(
                Groups(ids, 50, id => id).Select((group, i) =>
                    $"public class All{i} {{ {string.Concat(group.Select((id, j) => $"public global::@{id}? P{j} {{ get; set; }}"))} }}"))
            + string.Concat(ids.Select(id => Type(id))),
        ["interface"] = ids => Namespace(ids.Select((id, i) => Small(id, i))),
        ["interface without a namespace"] = ids => string.Concat(ids.Select(Small)),
        ["nested interface"] = ids => Namespace([$"public class Outer {{ {string.Concat(ids.Select(Small))} }}"]),
        ["type around an interface"] = ids => Namespace(ids.Select((id, i) => $"public class @{id} {{ {Small("IThing", i)} }}")),
        ["class"] = ids => Namespace(
            ids.Select(
                (id, i) =>
                    $"[global::Fan.Service(\"s{i}\")] public class @{id} {{ [global::Fan.Rpc(Name = \"a\")] public int A9(int " +
                    $"a9, {Token} ct9) => a9; }}")),
        ["namespace"] = ids => string.Concat(ids.Select((id, i) => $"namespace @{id} {{ {Small("IThing", i)} }}\n")),
        ["inner namespace"] = ids => string.Concat(ids.Select((id, i) => $"namespace Zoo.@{id}.Inner {{ {Small("IThing", i)} }}\n")),
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task A_name_clashes_with_nothing_that_is_generated(string use)
    {
        var ids = Identifiers.All.Except(Refused.GetValueOrDefault(use, [])).ToArray();
        var failures = new List<string>();
        var batch = use is "parameter" or "parameter of a class" ? 100 : 60;
        foreach (var some in ids.Chunk(batch))
        {
            await Try(use, some, failures);
            if (failures.Count >= Enough) break;
        }

        Assert.True(failures.Count == 0, $"As a {use}:\n" + string.Join("\n", failures));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Each_name_is_legal_where_it_is_tried(string use)
    {
        var ids = Identifiers.All.Except(Refused.GetValueOrDefault(use, [])).ToArray();

        Assert.Empty(ContractCompilation.Before(Sources[use](ids))
            .GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(one => one.Severity == DiagnosticSeverity.Error)
            .Select(ContractCompilation.Explain));
    }

    // What fails is halved until the name that it fails for is alone.
    private static async Task Try(string use, string[] ids, List<string> failures)
    {
        if (failures.Count >= Enough || await FoundProblem(Sources[use](ids)) is not { } problem) return;
        if (ids.Length == 1)
        {
            failures.Add($"'{ids[0]}': {problem}");
            return;
        }

        var before = failures.Count;
        await Try(use, ids[..(ids.Length / 2)], failures);
        await Try(use, ids[(ids.Length / 2)..], failures);
        if (failures.Count == before) failures.Add($"Only together, '{string.Join("', '", ids)}': {problem}");
    }

    private static async Task<string?> FoundProblem(string source)
    {
        var compilation = ContractCompilation.Of(source);
        var problem = compilation.Errors.Concat(
            compilation.Generator.Where(one => one.Severity == DiagnosticSeverity.Warning && one.Id != "FAN0030")).FirstOrDefault();
        if (problem is not null) return ContractCompilation.Explain(problem);
        try
        {
            await ContractTrial.RunAsync(compilation.Load());
            return null;
        }
        catch (Exception error)
        {
            return error.Message;
        }
    }

    private static string Interface(string name, IEnumerable<string> members) =>
        Namespace(
            [$"[global::Fan.Service(\"{name}\")] public interface IThing{name.ToUpperInvariant()} {{ {string.Join("\n", members)} }}"]);

    private static string Class(string name, IEnumerable<string> members) =>
        Namespace([$"[global::Fan.Service(\"{name}.c\")] public class Thing{name.ToUpperInvariant()} {{ {string.Join("\n", members)} }}"]);

    private static string Namespace(IEnumerable<string> types) =>
        $"namespace Zoo {{ {string.Join("\n", types)} }}\n".Replace("[Rpc", "[global::Fan.Rpc", StringComparison.Ordinal)
            .Replace("[Push", "[global::Fan.Push", StringComparison.Ordinal)
            .Replace("[Subscribe", "[global::Fan.Subscribe", StringComparison.Ordinal);

    private static string Dtos(IReadOnlyList<string> ids, string kind, Func<string, string> member)
    {
        var groups = Groups(ids, 60, Lower);
        return Interface("a", groups.Select((_, i) => $"{Task}<Dto{i}> V{i}(Dto{i} a9, {Token} ct9);")) + Namespace(
            groups.Select((group, i) => $"public {kind} Dto{i} {{ {string.Concat(group.Select(member))} }}"));
    }

    private static string Small(string id, int i) =>
        $"[global::Fan.Service(\"s{i}\")] public interface @{id} {{ {Task}<int> A9(int a9, {Token} ct9); " +
        $"[global::Fan.Push] {Task} B9(string a9, {Token} ct9); }}\n";

    private static string Type(string id) => (Refused["record parameter"].Contains(id) ? 2 : id.Length % 3) switch
    {
        0 => $"public record @{id}(int A9);\n",
        1 => $"public enum @{id} {{ A9 = 1 }}\n",
        _ => $"public struct @{id} {{ public int A9 {{ get; set; }} }}\n",
    };

    private static string Typed(string type, IEnumerable<string> names, string after = "") =>
        string.Join(", ", names.Select(name => $"{type} @{name}{after}"));

    private static string Snake(string id) => Reading.WireNames.SnakeCase(id);

    private static string Lower(string id) => id.ToLowerInvariant();

    /// <summary>Groups of at most so many, none with two names that are one on the wire.</summary>
    private static IReadOnlyList<IReadOnlyList<string>> Groups(IReadOnlyList<string> ids, int most, Func<string, string> wire)
    {
        var groups = new List<(List<string> Ids, HashSet<string> Names)>();
        foreach (var id in ids)
        {
            if (groups.FirstOrDefault(group => group.Ids.Count < most && !group.Names.Contains(wire(id))) is not { Ids: not null } group)
            {
                groups.Add(group = ([], []));
            }
            group.Ids.Add(id);
            group.Names.Add(wire(id));
        }

        return [.. groups.Select(group => group.Ids)];
    }
}
