using Fan.Generated;

namespace Fan.Generators.Tests.Compiling;

/// <summary>Names that C# allows for namespaces, types and methods, and pairs of names that are alike.</summary>
public sealed class MemberTableOfNamesTests
{
    private const string Body =
        "{ ValueTask<int> A(int x, CancellationToken ct); [Push] ValueTask ToldAsync(int x, CancellationToken ct); }";

    public static TheoryData<string, int, string> Names => new()
    {
        { "works", 1, $"namespace Shop.@event; [Service(\"a\")] public interface IThing {Body}" },
        { "works", 1, $"namespace @namespace.@class.@int; [Service(\"a\")] public interface IThing {Body}" },
        { "works", 1, $"namespace Läden.店; [Service(\"a\")] public interface IThing {Body}" },
        { "works", 1, $"namespace Shop.System; [Service(\"a\")] public interface IThing {Body}" },
        { "works", 1, $"namespace Shop.Fan {{ [global::Fan.Service(\"a\")] public interface IThing " +
            $"{Body.Replace("[Push]", "[global::Fan.Push]", StringComparison.Ordinal)} }}" },
        { "works", 1, $"namespace Shop {{ public class Fan {{ }} public class System {{ }} public class Threading {{ }} " +
            "[global::Fan.Service(\"a\")] public interface IThing " +
            $"{Body.Replace("[Push]", "[global::Fan.Push]", StringComparison.Ordinal)} }}" },
        { "works", 1, $"namespace IThing {{ [Service(\"a\")] public interface IThing {Body} }}" },
        { "works", 1, $"namespace Shop.IThingContract {{ [Service(\"a\")] public interface IThing {Body} }}" },
        { "works", 1, $"namespace Shop {{ [Service(\"a\")] public interface IThing {Body} }} namespace " +
            $"Shop.ThingSubscribers.Inner {{ class X {{ }} }}" },
        { "works | works + FAN0030", 1, $"namespace Shop {{ [Service(\"a\")] public interface IThing {Body} }} namespace " +
            $"Shop.ThingSubscriber {{ class X {{ }} }}" },
        { "works", 1, $"namespace Shop {{ [Service(\"a\")] public interface IThing {Body} }} namespace " +
            $"Shop.IThingContract {{ class X {{ }} }}" },
        { "works", 1, $"[Service(\"a\")] public interface IThing {Body}" },
        { "works", 1, "[Service(\"a\")] public interface IThing { ValueTask<int> @lock(int @default, CancellationToken ct); " +
            "ValueTask<int> @default(int @lock, CancellationToken @new); [Push] void @event(int @class); " +
            "IAsyncEnumerable<int> @int(int @string); }" },
        { "works", 1, "[Service(\"a\")] public class Thing { [Rpc] public int @lock(int @default) => @default; " +
            "[Rpc] public int @void(int @this) => @this; }" },
        { "works", 1, $"[Service(\"a\")] public interface @interface {Body}" },
        { "works", 1, "[Service(\"a\")] public class @class { [Rpc] public @enum A(@enum x) => x; } public record @enum(@struct " +
            "@struct); public record struct @struct(int @int, @null @null); public enum @null { @true = 1, @false }" },
        { "works", 1, $"public class @static {{ [Service(\"a\")] public interface @virtual {Body} }}" },
        { "works", 1, "[Service(\"a\")] public interface IDienst { ValueTask<int> A(int größe, string 名前, bool É, " +
            "CancellationToken ct); }" },
        { "works", 1, "[Service(\"a\")] public interface Iß { ValueTask<Größe> A(Größe x, CancellationToken ct); [Push] void B(int x); " +
            "} public record Größe(int Höhe, Art Breite) { public string? Ähnlich { get; init; } } public enum Art { Klein = 1, Groß }" },
        { "works", 1, "[Service(\"a\")] public interface IThing { [Rpc(Name = \"groesse\")] ValueTask<int> Größe(int x, " +
            "CancellationToken ct); }" },
        { "FAN0028", 1, "[Service(\"a\")] public interface IThing { ValueTask<int> [|Größe|](int x, CancellationToken ct); }" },
        { "FAN0028", 1, "[Service(\"a\")] public interface IThing { ValueTask<int> [|名前|](int x, CancellationToken ct); }" },
        { "FAN0028", 1, "[Service(\"a\")] public class Thing { [Rpc] public int [|Größe|](int x) => x; }" },
        { "works", 1, "[Service(\"a\")] public interface IThing { ValueTask<int> \\u0041bc(int \\u0078y, CancellationToken ct); }" },
        { "works", 1, "[Service(\"a\")] public interface IThing { ValueTask<int> Async(int x, CancellationToken ct); ValueTask<int> " +
            "_(int x, CancellationToken ct); ValueTask<int> __Async(int x, CancellationToken ct); ValueTask<int> A_1(int x, " +
            "CancellationToken ct); ValueTask<int> IOXMLRead2DAsync(int x, CancellationToken ct); }" },
        { "works", 1, $"[Service(\"a\")] public interface I{Long} {{ [Rpc(Name = \"short\")] ValueTask<{Long}> {Long}Async({Long} " +
            $"{Long}, CancellationToken {Long}2); }} public record {Long}(int {Long}3);" },
        { "works", 1, $"namespace {Long}.Inner; [Service(\"a\")] public interface IThing {Body}" },
        { "FAN0028", 1, $"[Service(\"a\")] public interface IThing {{ ValueTask<int> [|{Long}|](int x, CancellationToken ct); }}" },

        { "works + FAN0030", 2, $"public class A {{ [Service(\"a\")] public interface [|B|] {Body} }} [Service(\"b\")] " +
            $"public interface A_B {Body}" },
        { "works + FAN0030", 2, $"namespace A {{ public class B {{ [Service(\"a\")] public interface [|C|] {Body} }} [Service(\"b\")] " +
            $"public interface B_C {Body} }}" },
        { "works + FAN0030", 2, $"public class A {{ public class B {{ [Service(\"a\")] public interface C {Body} }} }} public class A_B " +
            $"{{ [Service(\"b\")] public interface C {Body} }}" },
        { "works", 2, $"namespace A.B {{ [Service(\"a\")] public interface C {Body} }} public class A_B {{ [Service(\"b\")] " +
            $"public interface C {Body} }}" },
        { "works", 2, $"namespace A {{ [Service(\"a\")] public interface IThing {Body} }} namespace B {{ [Service(\"b\")] public " +
            $"interface IThing {Body} }}" },
        { "works", 2, $"namespace A {{ [Service(\"a\")] public interface IThing {Body} }} [Service(\"b\")] " +
            $"public interface IThing {Body}" },
        { "works", 2, $"namespace A {{ [Service(\"a\")] public interface IThing {Body} }} namespace a {{ [Service(\"b\")] public " +
            $"interface IThing {Body} }}" },
        { "works | works + FAN0030", 2, $"[Service(\"a\")] public interface IThing {Body} [Service(\"b\")] " +
            $"public interface ITHING {Body}" },
        { "works", 2, "[Service(\"a\")] public class Thing { [Rpc] public int A(int x) => x; " +
            "} [Service(\"b\")] public class thing { [Rpc] public int A(int x) => x; }" },
        { "works", 2, $"namespace A {{ [Service(\"a\")] public interface g {Body} }} namespace A.g_ {{ [Service(\"b\")] " +
            $"public interface cs {Body} }}" },
        { "works + FAN0030", 2, $"[Service(\"a\")] public interface IX {Body} [Service(\"b\")] public interface X {Body}" },
        { "works + FAN0030", 2, $"namespace Shop; [Service(\"b\")] public interface X {Body} [Service(\"a\")] public interface IX {Body}" },
        { "works + FAN0030", 2, $"public class O {{ [Service(\"a\")] public interface X {Body} }} [Service(\"b\")] " +
            $"public interface IO_X {Body}" },
        { "works + FAN0030", 1, $"[Service(\"a\")] public interface [|IThing|] {Body} public class ThingSubscriber {{ }}" },
        { "works + FAN0030", 1, $"namespace Shop; [Service(\"a\")] public interface [|IThing|] {Body} public " +
            "delegate void ThingSubscriber();" },
        { "works", 1, $"namespace Shop {{ [Service(\"a\")] public interface IThing {Body} }} public class ThingSubscriber {{ }}" },
        { "works", 1, "[Service(\"a\")] public interface IThing { ValueTask<int> A(int x, CancellationToken ct); " +
            "} public class ThingSubscriber { }" },
        { "works", 1, $"[Service(\"a\")] public interface IThing {Body} public class IThingContract {{ }}" },
        { "works", 1, "[Service(\"a\")] public class Thing { [Rpc] public int A(int x) => x; } public class ThingContract { } public " +
            "class ThingContract1 { } public class ThingContract2 { } public class ThingContract_ { }" },
        { "works", 2, $"[Service(\"a\")] public interface IThing {Body} [Service(\"b\")] public interface IThingContract {Body}" },
        { "works", 1, $"[Service(\"a\")] public interface IThing {Body} public class ThingSubscriber<T> {{ }} public " +
            $"class IThingContract<T> {{ }}" },
        { "works", 1, $"public class Outer {{ [Service(\"a\")] public interface IThing {Body} public class IThingContract {{ }} public " +
            $"class ThingSubscriber {{ }} }}" },
        { "works", 1, $"[Service(\"a\")] public interface IThing {Body} public class Mine : " +
            $"ThingSubscriber {{ public override ValueTask ToldAsync(int x, CancellationToken ct) => default; }}" },
        { "works", 1, $"namespace Shop.@event; [Service(\"a\")] internal interface IThing {Body} internal class Mine : " +
            $"ThingSubscriber {{ public override ValueTask ToldAsync(int x, CancellationToken ct) => default; }}" },
        { "works", 1, "[Service(\"a\")] public interface IThing { [Push] ValueTask Equals(int x, CancellationToken ct); " +
            "[Push] void ToString(int x); [Push] void Finalize(); [Push] void GetType(int x); [Push] void Dispose(); }" },
        { "works | works + FAN0030", 1, "[Service(\"a\")] public interface IThing { [Push] void ThingSubscriber(int x); " +
            "[Push] void IThing(int x); [Push] void IThingContract(int x); }" },
        { "works | works + FAN0030", 1, "[Service(\"a\")] public interface IThing { [Push] void ToString(); [Push] void GetHashCode(); " +
            "[Push] void GetType(); [Push] void MemberwiseClone(); }" },
        { "works", 1, "[Service(\"a\")] public interface IThing { ValueTask<int> GetHashCode(CancellationToken ct); new string " +
            "ToString(); [Rpc(Name = \"hash2\")] int GetHashCode(int x); new Task<bool> Equals(string x); new int GetType(); " +
            "new int MemberwiseClone(); }" },
    };

    private static string Long => new('n', 500);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_name_clashes_with_nothing(string expected, int services, string source)
    {
        await MemberTable.HoldsAsync(expected, source);
        if (expected.StartsWith("works", StringComparison.Ordinal))
            Assert.Equal(services, ContractCompilation.Contracts(ContractCompilation.Of(MemberTable.Unmark(source).Source).Load()).Count);
    }

    [Fact]
    public void A_subscriber_base_that_was_generated_is_the_one_of_the_service()
    {
        var assembly = ContractCompilation.Of(
            $"[Service(\"a\")] public interface IX {Body} [Service(\"b\")] public interface X {Body}").Load();

        var subscriber = Assert.Single(assembly.GetTypes(), type => type.Name == "XSubscriber");
        Assert.Single(assembly.GetTypes(), type => type.IsInterface && type.IsAssignableFrom(subscriber));
        Assert.Equal(["a", "b"], ContractCompilation.Contracts(assembly).Select(contract => contract.Name).Order());
        Assert.All(
            ContractCompilation.Contracts(assembly),
            contract => Assert.Equal(MethodKind.Push, contract.Methods.Single(method => method.Name == "told").Description.Kind));
    }
}
