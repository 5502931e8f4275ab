using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fan.Generators.Tests.Compiling;

/// <summary>
/// The names that could clash with something: all that occur in generated code, all keywords, and what every type inherits.
/// </summary>
internal static class Identifiers
{
    private const string Rich = """
        namespace Rich;

        /// <summary>Has all that the generator writes code for.</summary>
        [Service("rich[shop].all", Version = "1.2.3")]
        public interface IRich : IDisposable
        {
            /// <summary>A call.</summary>
            [Rpc(Idempotent = true, TimeoutMilliseconds = 5), HttpRoute("GET", "/rich/{name}")]
            ValueTask<Thing?> GetAsync(string name, int? count = 3, Kind kind = Kind.Two, double share = double.NaN,
                DateTime moment = default, CancellationToken ct = default);
            Task<int?> CountAsync(List<Thing?> all, Dictionary<string, Pair?> pairs, CancellationToken ct);
            Task ClearAsync(Loose loose, HashSet<Guid> ids, int[] numbers, CancellationToken ct);
            ValueTask DropAsync(Thing thing);
            int Add(int a, int b);
            void Touch();
            string? Find(System.Text.Json.JsonElement json);
            IAsyncEnumerable<Pair> ListAsync(byte[] data, CancellationToken ct);
            [Push] ValueTask ToldAsync(Thing thing, CancellationToken ct);
            [Push] Task AskedAsync(string text, CancellationToken ct);
            [Push] void Rang(int times);
        }

        public interface IBase<T> { ValueTask<T> BaseAsync(T value, CancellationToken ct); }
        [Service("derived")] public interface IDerived : IBase<Pair>, IAsyncDisposable { }

        [Service("clock")]
        public class Clock
        {
            [Rpc] public long Now(int zone, CancellationToken ct) => zone;
            [Rpc] public async IAsyncEnumerable<int> Ticks(int count) { await Task.Yield(); yield return count; }
            [Push] public void Wound(Thing thing) { }
            [Subscribe(typeof(IRich), "told")] public void OnTold(Thing thing) { }
            [Subscribe(typeof(IRich), "asked")] public ValueTask OnAsked(string text, CancellationToken ct) => default;
            [Subscribe(typeof(IRich), "rang", Group = "two")] public void OnRang(int times) { }
        }

        public enum Kind : short { One = 1, Two }
        public record Pair(int A, string B = "x\"y", Kind K = Kind.One, float F = 1.5f);
        public record struct Point(int X, int? Y);
        public class Loose { public int Set { get; set; } public string Init { get; init; } = ""; public required Kind Must { get; set; }
            public List<int?>? Some { get; set; } public Point P { get; init; } }
        public record Thing(string Name, IReadOnlyList<Pair?> Pairs, IReadOnlyDictionary<int, Point> Map, Thing? Next, Guid Id,
            decimal Price, DateTimeOffset At, Uri? Link, byte[] Data);
        """;

    private static readonly string[] Inherited =
    [
        "Target", "Pushes", "Instance", "Equals", "GetHashCode", "ToString", "GetType", "MemberwiseClone", "Finalize", "ReferenceEquals",
        "Deconstruct", "PrintMembers", "EqualityContract", "Clone", "value", "args", "w", "r", "v", "x", "k", "v0", "v1",
        "is0", "N0", "M0", "M0Args", "W0", "R0", "S0_0", "x0", "seen", "tag", "kind", "count", "items", "list", "map", "pair", "key",
        "item", "i", "nulls", "members", "channel", "service", "cancellationToken", "token", "target", "reader", "writer", "options",
        "index",
        "global", "Fan", "System", "Generated", "Threading", "Tasks", "Task", "ValueTask", "String", "Int32", "Object", "Unit", "Contract",
        "Client", "Proxy", "Compact", "Types", "Names", "Subscriptions", "Subscriber0", "Methods", "Name", "Version", "ServiceType",
        "CreateClient", "CreateProxy", "Describe", "Description", "Service", "FullName", "IsCompact", "CompactNames", "Invoke",
        "InvokeAsync", "ServeAsync", "CheckArguments", "WriteDefault", "ReadArguments", "WriteArguments", "WriteCompact", "ReadCompact",
        "BelongTo", "get_Target", "set_Target", "op_Equality", "op_Implicit", "Dispose", "DisposeAsync", "Item", "Main", "_", "__", "_0",
        "ä", "名", "T", "TArgs", "TResult", "TService", "value__", "add_X", "Program", "Attribute", "nameof", "Span",
    ];

    private static readonly Lazy<IReadOnlyList<string>> Everything = new(Find);

    public static IReadOnlyList<string> All => Everything.Value;

    private static IReadOnlyList<string> Find()
    {
        var compilation = ContractCompilation.Of(Rich);
        Assert.True(!compilation.Errors.Any(), string.Join("\n", compilation.Errors.Select(ContractCompilation.Explain)));
        var generated = compilation.Generated.ToArray();
        Assert.True(generated.Length >= 3);
        var keywords = SyntaxFacts.GetKeywordKinds().Concat(SyntaxFacts.GetContextualKeywordKinds())
            .Concat(SyntaxFacts.GetPreprocessorKeywordKinds())
            .Select(SyntaxFacts.GetText);
        var found = generated.SelectMany(tree => tree.GetRoot().DescendantTokens())
            .Where(token => token.IsKind(SyntaxKind.IdentifierToken))
            .Select(token => token.ValueText);
        return [.. found.Concat(keywords).Concat(Inherited).Where(SyntaxFacts.IsValidIdentifier).Distinct().Order(StringComparer.Ordinal)];
    }
}
