namespace Fan.Generators.Tests.Compiling;

/// <summary>Every kind of type as an argument, a result, an item and a member at any depth.</summary>
public sealed class MemberTableOfTypesTests
{
    private const string Types = """
        public class Plain { public int A { get; set; } public string? B { get; set; } }
        public sealed class Closed { public int A { get; init; } = 3; }
        public record Pair(int A, string B);
        public record struct Point(int X, int Y);
        public readonly record struct Fixed(int X, string Y);
        public struct Loose { public int A { get; set; } public string? B { get; set; } }
        public readonly struct Frozen(int a) { public int A { get; } = a; }
        public ref struct Only { public int A { get; set; } }
        public abstract class Abstract { public int A { get; set; } }
        [System.Text.Json.Serialization.JsonDerivedType(typeof(Concrete), "c")] public abstract class Known { public int A { get; set; } }
        public class Concrete : Known { public int B { get; set; } }
        [System.Text.Json.Serialization.JsonDerivedType(typeof(Circle), "c")] public interface IShape { int A { get; } }
        public record Circle(int A) : IShape;
        public interface IPlain { int A { get; set; } }
        public delegate int Ask(int x);
        public static class Outer { public class Inner { public int A { get; set; } }
            public class Deep { public enum E { X, Y } public record R(E Value); } }
        public record Box<T>(T Value);
        public record struct Two<T, U>(T One, U Other);
        public class Fields { public int A; public string? B; }
        public record Rec(int A, Rec? Next, List<Rec>? More);
        public record Left(int A, Right? Other); public record Right(int A, Left? Other);
        public class Numbers : List<int> { }
        public class Names : Dictionary<string, int> { }
        public class Own : IEnumerable<int> { private readonly List<int> _items = []; public void Add(int x) => _items.Add(x);
            public IEnumerator<int> GetEnumerator() => _items.GetEnumerator();
            System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator(); }
        public class Owned : ICollection<int> { private readonly List<int> _items = []; public void Add(int x) => _items.Add(x);
            public void Clear() { } public bool Contains(int x) => false; public void CopyTo(int[] a, int i) { }
            public bool Remove(int x) => false; public int Count => _items.Count; public bool IsReadOnly => false;
            public IEnumerator<int> GetEnumerator() => _items.GetEnumerator();
            System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator(); }
        [System.Text.Json.Serialization.JsonConverter(typeof(CelsiusConverter))] public record struct Celsius(double Degrees);
        public class CelsiusConverter : System.Text.Json.Serialization.JsonConverter<Celsius> {
            public override Celsius Read(ref System.Text.Json.Utf8JsonReader r, Type t, System.Text.Json.JsonSerializerOptions o)
                => new(r.GetDouble());
            public override void Write(System.Text.Json.Utf8JsonWriter w, Celsius v, System.Text.Json.JsonSerializerOptions o)
                => w.WriteNumberValue(v.Degrees); }
        public enum Byte8 : byte { A, B = 255 } public enum SByte8 : sbyte { A = -128, B = 3 } public enum Int16 : short { A, B = -5 }
        public enum UInt16 : ushort { A, B = 65535 }
        public enum Int32 { A, B = int.MinValue } public enum UInt32 : uint { A, B = uint.MaxValue }
        public enum Int64 : long { A, B = long.MinValue } public enum UInt64 : ulong { A, B = ulong.MaxValue }
        [Flags] public enum Flags { None, A = 1, B = 2 } public enum Empty { }
        [System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<AsText>))]
        public enum AsText { A, B }
        [System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter))]
        public enum AsText2 { A, B }
        """;

    [Theory]
    [InlineData("bool")]
    [InlineData("byte")]
    [InlineData("sbyte")]
    [InlineData("short")]
    [InlineData("ushort")]
    [InlineData("int")]
    [InlineData("uint")]
    [InlineData("long")]
    [InlineData("ulong")]
    [InlineData("char")]
    [InlineData("float")]
    [InlineData("double")]
    [InlineData("decimal")]
    [InlineData("string")]
    [InlineData("Guid")]
    [InlineData("Uri")]
    [InlineData("DateTime")]
    [InlineData("DateTimeOffset")]
    [InlineData("DateOnly")]
    [InlineData("TimeOnly")]
    [InlineData("TimeSpan")]
    [InlineData("Version")]
    [InlineData("Half")]
    [InlineData("Int128")]
    [InlineData("UInt128")]
    [InlineData("byte[]")]
    [InlineData("ReadOnlyMemory<byte>")]
    [InlineData("Memory<byte>")]
    [InlineData("System.Text.Json.JsonElement")]
    [InlineData("System.Text.Json.JsonDocument")]
    [InlineData("System.Text.Json.Nodes.JsonNode")]
    [InlineData("System.Text.Json.Nodes.JsonObject")]
    [InlineData("Plain")]
    [InlineData("Closed")]
    [InlineData("Pair")]
    [InlineData("Point")]
    [InlineData("Fixed")]
    [InlineData("Loose")]
    [InlineData("Known")]
    [InlineData("Concrete")]
    [InlineData("IShape")]
    [InlineData("Outer.Inner")]
    [InlineData("Outer.Deep.R")]
    [InlineData("Outer.Deep.E")]
    [InlineData("Box<int>")]
    [InlineData("Box<Box<Pair?>>")]
    [InlineData("Two<Pair, int?>")]
    [InlineData("Rec")]
    [InlineData("Left")]
    [InlineData("Numbers")]
    [InlineData("Names")]
    [InlineData("Owned")]
    [InlineData("Celsius")]
    [InlineData("Byte8")]
    [InlineData("SByte8")]
    [InlineData("global::Int16")]
    [InlineData("global::UInt16")]
    [InlineData("global::Int32")]
    [InlineData("global::UInt32")]
    [InlineData("global::Int64")]
    [InlineData("global::UInt64")]
    [InlineData("Flags")]
    [InlineData("Empty")]
    [InlineData("AsText")]
    [InlineData("AsText2")]
    [InlineData("int[]")]
    [InlineData("int[][]")]
    [InlineData("string?[]")]
    [InlineData("Pair[]")]
    [InlineData("List<int>")]
    [InlineData("IList<Pair>")]
    [InlineData("IReadOnlyList<int?>")]
    [InlineData("ICollection<int>")]
    [InlineData("IReadOnlyCollection<int>")]
    [InlineData("IEnumerable<Pair>")]
    [InlineData("HashSet<int>")]
    [InlineData("ISet<string>")]
    [InlineData("SortedSet<int>")]
    [InlineData("Queue<int>")]
    [InlineData("LinkedList<int>")]
    [InlineData("System.Collections.ObjectModel.ObservableCollection<int>")]
    [InlineData("System.Collections.ObjectModel.Collection<int>")]
    [InlineData("System.Collections.Immutable.ImmutableArray<int>")]
    [InlineData("System.Collections.Immutable.ImmutableList<Pair>")]
    [InlineData("System.Collections.Immutable.ImmutableDictionary<string, int>")]
    [InlineData("System.Collections.Concurrent.ConcurrentQueue<int>")]
    [InlineData("System.Collections.Concurrent.ConcurrentDictionary<string, int>")]
    [InlineData("SortedDictionary<string, int>")]
    [InlineData("SortedList<string, int>")]
    [InlineData("Dictionary<string, int>")]
    [InlineData("IDictionary<int, Pair>")]
    [InlineData("IReadOnlyDictionary<Guid, List<int>>")]
    [InlineData("Dictionary<global::Int32, int>")]
    [InlineData("Dictionary<DateTime, int>")]
    [InlineData("Dictionary<bool, int>")]
    [InlineData("Dictionary<char, int>")]
    [InlineData("Dictionary<decimal, int>")]
    [InlineData("Dictionary<Uri, int>")]
    [InlineData("Dictionary<DateOnly, int>")]
    [InlineData("Dictionary<TimeSpan, int>")]
    [InlineData("Dictionary<Version, int>")]
    [InlineData("Dictionary<ulong, Dictionary<string, Pair?>?>")]
    [InlineData("KeyValuePair<string, int>")]
    [InlineData("List<KeyValuePair<int, Pair>>")]
    [InlineData("FileContent")]
    public Task A_type_that_json_carries_arrives(string type) => Carries("works", type);

    [Theory]
    [InlineData("object")]
    [InlineData("dynamic")]
    [InlineData("Action")]
    [InlineData("Func<int>")]
    [InlineData("Ask")]
    [InlineData("Delegate")]
    [InlineData("MulticastDelegate")]
    [InlineData("System.IO.Stream")]
    [InlineData("System.IO.MemoryStream")]
    [InlineData("System.IO.TextReader")]
    [InlineData("Type")]
    [InlineData("System.Reflection.MethodInfo")]
    [InlineData("System.Reflection.Assembly")]
    [InlineData("Exception")]
    [InlineData("InvalidOperationException")]
    [InlineData("nint")]
    [InlineData("nuint")]
    [InlineData("IntPtr")]
    [InlineData("Task")]
    [InlineData("Task<int>")]
    [InlineData("ValueTask<int>")]
    [InlineData("Abstract")]
    [InlineData("IPlain")]
    [InlineData("IComparable")]
    [InlineData("IDisposable")]
    [InlineData("Enum")]
    [InlineData("ValueType")]
    [InlineData("Array")]
    [InlineData("int[,]")]
    [InlineData("int[,][]")]
    [InlineData("int[][,]")]
    [InlineData("System.Numerics.BigInteger")]
    [InlineData("System.Numerics.Complex")]
    [InlineData("System.Net.IPAddress")]
    [InlineData("System.Globalization.CultureInfo")]
    [InlineData("System.Text.Encoding")]
    [InlineData("System.Text.StringBuilder")]
    [InlineData("System.Text.RegularExpressions.Regex")]
    [InlineData("TimeZoneInfo")]
    [InlineData("System.Text.Rune")]
    [InlineData("Index")]
    [InlineData("Range")]
    [InlineData("System.Security.Claims.ClaimsPrincipal")]
    [InlineData("System.Data.DataTable")]
    [InlineData("System.Xml.Linq.XElement")]
    [InlineData("System.Net.Http.HttpClient")]
    [InlineData("System.Net.Http.HttpRequestMessage")]
    [InlineData("CancellationTokenSource")]
    [InlineData("SemaphoreSlim")]
    [InlineData("WeakReference")]
    [InlineData("Lazy<int>")]
    [InlineData("IServiceProvider")]
    [InlineData("System.Net.IPEndPoint")]
    [InlineData("System.IO.FileInfo")]
    [InlineData("DBNull")]
    [InlineData("System.Collections.BitArray")]
    [InlineData("System.Collections.ArrayList")]
    [InlineData("System.Collections.Hashtable")]
    [InlineData("System.Collections.IEnumerable")]
    [InlineData("System.Collections.IDictionary")]
    [InlineData("Dictionary<Pair, int>")]
    [InlineData("Dictionary<int[], int>")]
    [InlineData("Dictionary<object, int>")]
    [InlineData("Dictionary<List<int>, string>")]
    [InlineData("Dictionary<(int, int), string>")]
    [InlineData("IAsyncEnumerable<int>")]
    [InlineData("IAsyncDisposable")]
    [InlineData("System.Text.Json.Utf8JsonWriter")]
    [InlineData("System.Text.Json.JsonSerializerOptions")]
    [InlineData("System.Linq.Expressions.Expression")]
    [InlineData("IQueryable<int>")]
    [InlineData("IGrouping<int, string>")]
    [InlineData("ILookup<int, string>")]
    [InlineData("IOrderedEnumerable<int>")]
    [InlineData("System.Threading.Channels.Channel<int>")]
    [InlineData("List<object>")]
    [InlineData("Dictionary<string, object>")]
    [InlineData("Dictionary<string, dynamic>")]
    [InlineData("Box<object>")]
    [InlineData("Box<Action>")]
    [InlineData("Box<Box<List<Func<int>>>>")]
    [InlineData("KeyValuePair<string, object>")]
    [InlineData("Own")]
    public Task A_type_that_nothing_carries_is_reported(string type) => Carries("FAN0004", type);

    // Both are right: carried with all that is in them, or refused.
    [Theory]
    [InlineData("(int A, string B)")]
    [InlineData("(int, (string, Pair))")]
    [InlineData("ValueTuple<int>")]
    [InlineData("ValueTuple")]
    [InlineData("Tuple<int, string>")]
    [InlineData("List<(int, int)>")]
    [InlineData("(int, int)?")]
    [InlineData("Memory<int>")]
    [InlineData("ReadOnlyMemory<char>")]
    [InlineData("ArraySegment<int>")]
    [InlineData("Stack<int>")]
    [InlineData("System.Collections.Concurrent.ConcurrentStack<int>")]
    [InlineData("System.Collections.Concurrent.ConcurrentBag<int>")]
    [InlineData("System.Collections.ObjectModel.ReadOnlyCollection<int>")]
    [InlineData("System.Collections.Frozen.FrozenSet<int>")]
    [InlineData("System.Buffers.ReadOnlySequence<byte>")]
    [InlineData("PriorityQueue<int, int>")]
    [InlineData("Frozen")]
    [InlineData("IReadOnlySet<int>")]
    [InlineData("Fields")]
    [InlineData("Nullable<Loose>")]
    [InlineData("System.Drawing.Point")]
    [InlineData("System.Collections.Specialized.NameValueCollection")]
    [InlineData("System.Text.Json.Nodes.JsonArray")]
    [InlineData("System.Text.Json.Nodes.JsonValue")]
    public Task A_type_is_carried_whole_or_reported(string type) => Carries("works | FAN0004 | works + FAN0031", type);

    [Theory]
    [InlineData("int*")]
    [InlineData("int**")]
    [InlineData("delegate*<int, int>")]
    [InlineData("void*")]
    [InlineData("int*[]")]
    public async Task A_pointer_is_reported(string type)
    {
        await MemberTable.HoldsAsync(
            "FAN0004", $"[Service(\"a.b\")] public unsafe interface IThing {{ ValueTask<int> A({type} [|x|], CancellationToken ct); }}");
        await MemberTable.HoldsAsync(
            "FAN0004", $"[Service(\"a.b\")] public unsafe interface IThing {{ {type} [|A|](CancellationToken ct); }}");
        await MemberTable.HoldsAsync(
            "FAN0004",
            $"[Service(\"a.b\")] public interface IThing {{ ValueTask<int> A(Has x, CancellationToken ct); " +
            $"}} public unsafe class Has {{ public {type} P {{ get; set; }} }}");
    }

    [Theory]
    [InlineData("Span<int>")]
    [InlineData("ReadOnlySpan<char>")]
    [InlineData("Only")]
    [InlineData("System.Text.Json.Utf8JsonReader")]
    public async Task What_lives_on_the_stack_only_is_reported(string type)
    {
        await MemberTable.HoldsAsync(
            "FAN0004",
            $"[Service(\"a.b\")] public interface IThing {{ ValueTask<int> A({type} [|x|], CancellationToken ct); }}",
            beside: Types);
        await MemberTable.HoldsAsync(
            "FAN0004", $"[Service(\"a.b\")] public interface IThing {{ {type} [|A|](CancellationToken ct); }}", beside: Types);
        await MemberTable.HoldsAsync(
            "FAN0004 | works + FAN0031 | works",
            $"[Service(\"a.b\")] public interface IThing {{ ValueTask<int> A(Has x, CancellationToken ct); " +
            $"}} public class Has {{ public int N {{ get; set; }} public {type} P {{ get => default; }} }}",
            beside: Types);
    }

    private static async Task Carries(string expected, string type)
    {
        var isSequence = type.StartsWith("IAsyncEnumerable", StringComparison.Ordinal);
        await MemberTable.HoldsAsync(
            isSequence ? "FAN0005" : expected,
            $"[Service(\"a.b\")] public interface IThing {{ ValueTask<int> A({type} [|x|], CancellationToken ct); }}",
            beside: Types);
        await MemberTable.HoldsAsync(
            expected,
            $"[Service(\"a.b\")] public interface IThing {{ ValueTask<{type}> [|A|](CancellationToken ct); " +
            $"IAsyncEnumerable<{type}> BAsync(CancellationToken ct); }}",
            beside: Types);
        await MemberTable.HoldsAsync(
            expected,
            $"[Service(\"a.b\")] public interface IThing {{ ValueTask A(Has x, CancellationToken ct); ValueTask<List<Has>> " +
            $"B(CancellationToken ct); }} public record Has(int N, List<Dictionary<string, Inner?>> All); " +
            $"public class Inner {{ public {type} P {{ get; set; }} = default!; }}",
            beside: Types);
        await MemberTable.HoldsAsync(
            expected,
            $"[Service(\"a.b\")] public class Thing {{ [Rpc] public ValueTask<Box<{type}>> A(Box<{type}> x) => new(x); }}",
            beside: Types);
    }
}
