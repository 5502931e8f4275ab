namespace Fan.Generators.Tests.Compiling;

/// <summary>Every modifier and attribute that a parameter may have, and every form of a result.</summary>
public sealed class MemberTableOfParametersTests
{
    [Theory]
    [InlineData("works", "int x")]
    [InlineData("FAN0001", "ref int [|x|]")]
    [InlineData("FAN0001", "out int [|x|]")]
    [InlineData("FAN0001", "in int [|x|]")]
    [InlineData("FAN0001", "ref readonly int [|x|]")]
    [InlineData("FAN0001", "in CancellationToken [|x|]")]
    [InlineData("FAN0001", "ref CancellationToken [|x|]")]
    [InlineData("FAN0004", "scoped Span<int> [|x|]")]
    [InlineData("FAN0004", "ReadOnlySpan<char> [|x|]")]
    [InlineData("FAN0001", "scoped ref int [|x|]")]
    [InlineData("works", "params int[] x")]
    [InlineData("works", "params string?[] x")]
    [InlineData("works", "params List<int> x")]
    [InlineData("works", "params IEnumerable<string> x")]
    [InlineData("works", "params IReadOnlyList<int> x")]
    [InlineData("works", "params int[][] x")]
    [InlineData("FAN0004", "params ReadOnlySpan<int> [|x|]")]
    [InlineData("FAN0004", "params object[] [|x|]")]
    [InlineData("works", "int x = 3")]
    [InlineData("works", "int? x = null, CancellationToken ct = default")]
    [InlineData("works", "[System.Runtime.InteropServices.Optional] int x")]
    [InlineData("works", "[System.Runtime.InteropServices.Optional] string x")]
    [InlineData("works", "[System.Runtime.InteropServices.Optional] int? x")]
    [InlineData("works", "[System.Runtime.InteropServices.Optional, System.Runtime.InteropServices.DefaultParameterValue(7)] int x")]
    [InlineData("works", "[System.Runtime.InteropServices.Optional] CancellationToken ct")]
    [InlineData("works", "[System.Runtime.CompilerServices.CallerMemberName] string x = \"\"")]
    [InlineData(
        "works",
        "[System.Runtime.CompilerServices.CallerLineNumber] int x = 0, " +
        "[System.Runtime.CompilerServices.CallerFilePath] string? path = null")]
    [InlineData("works", "int x, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(x))] string? text = null")]
    [InlineData("works", "int x, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct")]
    [InlineData("works", "[System.Diagnostics.CodeAnalysis.DisallowNull] string? x, [System.Diagnostics.CodeAnalysis.AllowNull] string y")]
    [InlineData("works", "int _")]
    [InlineData("works", "int _, CancellationToken __")]
    [InlineData("works", "int _1, int __, int ___")]
    [InlineData("works", "CancellationToken x, int y, int z")]
    [InlineData("works", "int y, CancellationToken x, int z")]
    [InlineData("works", "int y, CancellationToken x = default, int z = 3")]
    [InlineData("FAN0029", "CancellationToken x, CancellationToken [|y|]")]
    [InlineData("FAN0029", "CancellationToken x, int z, CancellationToken [|y|] = default")]
    [InlineData("works | FAN0004", "int y, CancellationToken? [|x|]")]
    [InlineData("works | FAN0029 | FAN0004", "CancellationToken ct, CancellationToken? [|x|]")]
    [InlineData("FAN0004", "CancellationToken[] [|x|]")]
    [InlineData("FAN0004", "CancellationTokenSource [|x|]")]
    [InlineData("FAN0005", "IAsyncEnumerable<int> [|x|]")]
    [InlineData("FAN0005 | FAN0004", "List<IAsyncEnumerable<int>> [|x|]")]
    [InlineData("FAN0005 | FAN0004", "IAsyncEnumerator<int> [|x|]")]
    [InlineData("FAN0004", "IEnumerator<int> [|x|]")]
    [InlineData("FAN0004", "IProgress<int> [|x|]")]
    [InlineData("FAN0027", "int userId, int [|user_id|]")]
    [InlineData("FAN0027", "int userId, int [|UserId|]")]
    [InlineData("FAN0027", "int x, int [|X|]")]
    [InlineData("works", "int A, int b, int aB")]
    [InlineData(
        "works",
        "int p1, int p2, int p3, int p4, int p5, int p6, int p7, int p8, int p9, int p10, int p11, int p12, int p13, int p14, " +
        "int p15, int p16, int p17")]
    public async Task A_parameter_arrives_or_is_reported(string expected, string parameters)
    {
        await MemberTable.HoldsAsync(expected, $"[Service(\"a.b\")] public interface IThing {{ ValueTask<int> A({parameters}); }}");
        await MemberTable.HoldsAsync(expected, $"[Service(\"a.b\")] public interface IThing {{ [Push] void A({parameters}); }}");
    }

    [Theory]
    [InlineData("works", "void")]
    [InlineData("works", "int")]
    [InlineData("works", "string?")]
    [InlineData("works", "int?")]
    [InlineData("works", "Task")]
    [InlineData("works", "Task<int>")]
    [InlineData("works", "Task<int?>")]
    [InlineData("works", "Task<string?>")]
    [InlineData("works", "ValueTask")]
    [InlineData("works", "ValueTask<string>")]
    [InlineData("works", "ValueTask<string?>")]
    [InlineData("works", "ValueTask<List<string?>?>")]
    [InlineData("works", "IAsyncEnumerable<int>")]
    [InlineData("works", "IAsyncEnumerable<string?>")]
    [InlineData("works", "IAsyncEnumerable<int[]>")]
    [InlineData("works", "IEnumerable<int>")]
    [InlineData("works", "int[]?")]
    [InlineData("works", "byte[]")]
    [InlineData("works", "ValueTask<byte[]?>")]
    [InlineData("works | FAN0004", "Task?")]
    [InlineData("works | FAN0004", "Task<int>?")]
    [InlineData("works | FAN0004", "IAsyncEnumerable<int>?")]
    [InlineData("FAN0004", "ValueTask<int>?")]
    [InlineData("FAN0004", "ValueTask?")]
    [InlineData("FAN0001", "ref int")]
    [InlineData("FAN0001", "ref readonly int")]
    [InlineData("FAN0001", "ref Task")]
    [InlineData("FAN0004", "Task<Task<int>>")]
    [InlineData("FAN0004", "Task<Task>")]
    [InlineData("FAN0004", "ValueTask<ValueTask<int>>")]
    [InlineData("FAN0004", "ValueTask<IAsyncEnumerable<int>>")]
    [InlineData("FAN0004", "Task<object>")]
    [InlineData("FAN0004", "object")]
    [InlineData("FAN0004", "dynamic")]
    [InlineData("FAN0004", "Task<dynamic>")]
    [InlineData("FAN0004", "ValueTask<List<dynamic>>")]
    [InlineData("FAN0004", "Span<int>")]
    [InlineData("FAN0004", "IAsyncEnumerator<int>")]
    [InlineData("FAN0004", "IEnumerator<int>")]
    [InlineData("FAN0004", "IAsyncEnumerable<object>")]
    [InlineData("FAN0004", "IAsyncEnumerable<IAsyncEnumerable<int>>")]
    [InlineData("FAN0004", "CancellationToken")]
    [InlineData("FAN0004", "Task<CancellationToken>")]
    [InlineData("FAN0004", "MyTask<int>")]
    [InlineData("FAN0004", "MyStream<int>")]
    [InlineData("FAN0004", "System.Runtime.CompilerServices.ConfiguredTaskAwaitable")]
    [InlineData("FAN0004", "System.Threading.Channels.ChannelReader<int>")]
    [InlineData("FAN0004", "IObservable<int>")]
    [InlineData("FAN0004", "IDisposable")]
    [InlineData("FAN0004", "Lazy<int>")]
    [InlineData("FAN0004", "WeakReference<string>")]
    public async Task A_result_arrives_or_is_reported(string expected, string result) =>
        await MemberTable.HoldsAsync(
            expected,
            $"[Service(\"a.b\")] public interface IThing {{ {result} [|A|](CancellationToken ct); ValueTask<int> OtherAsync(int x, " +
            $"CancellationToken ct); }}",
            beside: """
                [System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(Builder<>))]
                public class MyTask<T> { public System.Runtime.CompilerServices.TaskAwaiter<T> GetAwaiter() => default; }
                public class Builder<T> { public static Builder<T> Create() => new(); public MyTask<T> Task => new();
                    public void SetResult(T x) { } public void SetException(Exception x) { }
                    public void SetStateMachine(System.Runtime.CompilerServices.IAsyncStateMachine x) { }
                    public void Start<M>(ref M m) where M : System.Runtime.CompilerServices.IAsyncStateMachine { }
                    public void AwaitOnCompleted<A, M>(ref A a, ref M m) { }
                    public void AwaitUnsafeOnCompleted<A, M>(ref A a, ref M m) { } }
                public class MyStream<T> : IAsyncEnumerable<T> { public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken ct)
                    => throw new NotSupportedException(); }
                """);

    [Theory]
    [InlineData("works", "void")]
    [InlineData("works", "Task")]
    [InlineData("works", "ValueTask")]
    [InlineData("FAN0014", "int")]
    [InlineData("FAN0014", "Task<int>")]
    [InlineData("FAN0014", "ValueTask<int>")]
    [InlineData("FAN0014", "IAsyncEnumerable<int>")]
    [InlineData("FAN0014 | FAN0001", "ref int")]
    public async Task A_push_has_no_result(string expected, string result)
    {
        await MemberTable.HoldsAsync(
            expected,
            $"[Service(\"a.b\")] public interface IThing {{ [Push] {result} [|A|](int x, CancellationToken ct); " +
            $"ValueTask<int> OtherAsync(int x, CancellationToken ct); }}");
        var body = result switch
        {
            "void" => "{ }",
            "ValueTask" => "=> default;",
            "Task" => "=> Task.CompletedTask;",
            _ => "=> throw new NotSupportedException();"
        };
        await MemberTable.HoldsAsync(
            expected,
            $"[Service(\"a.b\")] public class Thing {{ [Push] public {result} [|A|](int x, " +
            $"CancellationToken ct) {body} [Rpc] public int Other(int x) => x; }}");
    }

    [Fact]
    public async Task As_many_arguments_as_there_may_be() =>
        await MemberTable.HoldsAsync(
            "works", $"[Service(\"a.b\")] public interface IThing {{ ValueTask<int> A({Many(64)}, CancellationToken ct); }}");

    [Fact]
    public async Task More_arguments_than_there_may_be() =>
        await MemberTable.HoldsAsync(
            "FAN0011", $"[Service(\"a.b\")] public interface IThing {{ ValueTask<int> [|A|]({Many(65)}, CancellationToken ct); }}");

    private static string Many(int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"int p{i}"));
}
