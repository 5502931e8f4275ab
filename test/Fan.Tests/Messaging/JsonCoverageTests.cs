using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fan.Applications;
using Fan.Generated;
using Fan.Messaging;

namespace Fan.Tests.Messaging;

[Service("shop.orders")]
public interface IOrders
{
    ValueTask<Order> PlaceAsync(Order order, Line[] lines);

    IAsyncEnumerable<KeyValuePair<Colour, List<Shelf<int>.Place?>>> ListAsync(DateOnly? since = null);

    ValueTask CancelAsync(Guid id);
}

public sealed record Shelf<T>(T Number)
{
    public readonly record struct Place(int Row);
}

public sealed class JsonCoverageTests
{
    private static readonly ServiceContract Contract = new ContractCatalog().For(typeof(IOrders));

    [Fact]
    public void All_types_that_are_missing_are_told_at_once_with_their_places_and_what_to_write()
    {
        var error = Assert.Throws<InvalidOperationException>(() => JsonCoverage.Require(WithoutReflection(), Contract.Methods));
        Assert.Equal(
            "This build has no reflection for JSON, and 3 types that travel have no metadata:\n" +
            "  [JsonSerializable(typeof(Fan.Tests.Messaging.Line[]))]  // argument 'lines' of 'shop.orders.place'\n" +
            "  [JsonSerializable(typeof(Fan.Tests.Messaging.Order))]  " +
            "// argument 'order' of 'shop.orders.place'; the result of 'shop.orders.place'\n" +
            "  [JsonSerializable(typeof(System.Collections.Generic.KeyValuePair<Fan.Tests.Messaging.Colour, " +
            "System.Collections.Generic.List<Fan.Tests.Messaging.Shelf<System.Int32>.Place?>>))]  // an item of 'shop.orders.list'\n" +
            "Write this on a partial class that derives from JsonSerializerContext, " +
            "and give it to the application: AddJson(MyJson.Default).",
            error.Message);
    }

    [Fact]
    public void Members_that_are_missing_are_told_with_the_type_that_has_them()
    {
        var context = (IJsonTypeInfoResolver)OrderJson.Default;
        var without = new GivenJson(
            (type, options) => type == typeof(Colour) || type == typeof(Line) ? null : context.GetTypeInfo(type, options));
        var error = Assert.Throws<InvalidOperationException>(
            () => JsonCoverage.Require(WithoutReflection(without), Contract.Methods.Where(method => method.Name == "place")));
        Assert.Contains(
            "[JsonSerializable(typeof(Fan.Tests.Messaging.Colour))]  // member 'colour' of Fan.Tests.Messaging.Order, " +
            "for argument 'order' of 'shop.orders.place'; member 'colour'",
            error.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("typeof(Fan.Tests.Messaging.Order)", error.Message, StringComparison.Ordinal);
        var lines = new GivenJson((type, options) => type == typeof(Line) ? null : context.GetTypeInfo(type, options));
        var lists = Assert.Throws<InvalidOperationException>(() => JsonCoverage.Require(WithoutReflection(lines), [new ListMethod()]));
        Assert.Contains(
            "[JsonSerializable(typeof(Fan.Tests.Messaging.Line))]  // an item of " +
            "System.Collections.Generic.List<Fan.Tests.Messaging.Line>, for the result of '.all'",
            lists.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void With_metadata_of_all_or_with_reflection_nothing_is_missing()
    {
        JsonCoverage.Require(WithoutReflection(), Contract.Methods.Where(method => method.Name == "cancel"));
        JsonCoverage.Require(WithoutReflection(OrderJson.Default), [new ListMethod()]);
        JsonCoverage.Require(JsonDefaults.Create([], new FanLimits(), contracts: null, reflection: true), Contract.Methods);
    }

    [Fact]
    public void What_was_asked_in_vain_does_not_spoil_the_options()
    {
        var late = new List<ServiceContract>();
        var options = JsonDefaults.Create([], new FanLimits(), new ContractJson(_ => late), reflection: false);
        Assert.Throws<InvalidOperationException>(() => JsonCoverage.Require(options, [new ListMethod()]));
        late.Add(new JsonContract());
        JsonCoverage.Require(options, [new ListMethod()]);
        Assert.Equal(
            """[{"wine":"a","count":1}]""",
            JsonSerializer.Serialize([new Line("a", 1)], (JsonTypeInfo<List<Line>>)options.GetTypeInfo(typeof(List<Line>))));
    }

    [Fact]
    public void Metadata_that_came_with_a_contract_is_taken_where_there_is_no_other_and_keeps_the_compact_form()
    {
        var contracts = new ContractJson(_ => [new JsonContract()]);
        var native = JsonDefaults.Create([], new FanLimits(), contracts, reflection: false);
        Assert.Same(contracts, native.GetTypeInfo(typeof(Order)).OriginatingResolver);
        Assert.Null(new JsonMeaning(native).DifferenceOf(OrderFacts.Order));
        var given = JsonDefaults.Create([OrderJson.Default], new FanLimits(), contracts, reflection: false);
        Assert.Same(OrderJson.Default, given.GetTypeInfo(typeof(Order)).OriginatingResolver);
        var reflected = JsonDefaults.Create([], new FanLimits(), contracts, reflection: true);
        Assert.IsType<DefaultJsonTypeInfoResolver>(reflected.GetTypeInfo(typeof(Order)).OriginatingResolver);
    }

    [Fact]
    public void A_type_that_is_asked_for_before_its_contract_is_known_is_found_by_its_assembly()
    {
        var catalog = new ContractCatalog();
        Assert.Contains(catalog.Around(typeof(Line)), contract => contract.ServiceType == typeof(IOrders));
        Assert.Contains(
            new ContractCatalog().Around(typeof(Dictionary<string, List<Line[]>>)), contract => contract.ServiceType == typeof(IOrders));
        Assert.Empty(new ContractCatalog().Around(typeof(List<int>)));
    }

    private static JsonSerializerOptions WithoutReflection(params IJsonTypeInfoResolver[] given) =>
        JsonDefaults.Create(given, new FanLimits(), contracts: null, reflection: false);

    private sealed class JsonContract() : ServiceContract<JsonCoverageTests>("shop.orders", "1.0.0", [])
    {
        public override IJsonTypeInfoResolver? JsonTypes => OrderJson.Default;
    }

    private sealed class ListMethod()
        : UnaryMethod<Unit, List<Line>>(new MethodDescription
        {
            Name = "all",
            ClrName = "All",
            Kind = MethodKind.Rpc,
            Parameters = [],
            ResultType = typeof(List<Line>),
            Fingerprint = ""
        })
    {
        public override ValueTask<List<Line>> InvokeAsync(object service, Unit args, CancellationToken cancellationToken) => new([]);

        public override Unit ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) => default;

        public override void WriteArguments(Utf8JsonWriter writer, in Unit args, JsonSerializerOptions options)
        {
        }
    }
}
