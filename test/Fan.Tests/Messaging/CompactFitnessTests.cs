using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Fan.Generated;
using Fan.Messaging;
using Fan.Tests.Applications;
using Microsoft.Extensions.Logging;

namespace Fan.Tests.Messaging;

public sealed class CompactFitnessTests
{
    public static TheoryData<string, Action<JsonTypeInfo>> Changes => new()
    {
        { "is not read", order => order.Properties.Remove(Member(order, "buyer")) },
        { "is only read", order => Add(order, "vat", typeof(decimal)) },
        { "is not read", order => Member(order, "buyer").Name = "customer" },
        { "code of its own", order => Member(order, "buyer").Get = _ => "***" },
        { "code of its own", order => Member(order, "id").Get = _ => 0 },
        { "code of its own", order => Member(order, "buyer").Set = (_, _) => { } },
        { "code of its own", order => order.CreateObject = static () => new Order { Id = 7 } },
        { "is not always written", order => Member(order, "buyer").Get = null },
        { "is not read", order => Member(order, "buyer").Set = null },
        { "is not always written", order => Member(order, "buyer").ShouldSerialize = static (_, value) => value is not null },
        { "is not always written", order => Member(order, "note").ShouldSerialize = static (_, _) => true },
        { "converter of its own", order => Member(order, "buyer").CustomConverter = new Shouting() },
        { "numbers of another form", order => Member(order, "id").NumberHandling = JsonNumberHandling.WriteAsString },
        { "numbers of another form", order => order.NumberHandling = JsonNumberHandling.WriteAsString },
        { "unknown members", order => order.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow },
        { "unknown members", order => Add(order, "more", typeof(Dictionary<string, JsonElement>)).IsExtensionData = true },
        { "in place", order => order.PreferredPropertyObjectCreationHandling = JsonObjectCreationHandling.Populate },
        { "in place", order => Member(order, "bottles").ObjectCreationHandling = JsonObjectCreationHandling.Populate },
        { "is not required", order => Member(order, "id").IsRequired = false },
        { "is required", order => Member(order, "buyer").IsRequired = true },
        { "derived types", order => order.PolymorphismOptions = new JsonPolymorphismOptions
        {
            DerivedTypes = { new JsonDerivedType(typeof(Order), "order") }
        } },
        { "runs code", order => order.OnSerializing = _ => { } },
        { "runs code", order => order.OnSerialized = _ => { } },
        { "runs code", order => order.OnDeserializing = _ => { } },
        { "runs code", order => order.OnDeserialized = _ => { } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whatever_metadata_of_the_application_changes_goes_as_json(string reason, Action<JsonTypeInfo> change)
    {
        Action<JsonTypeInfo> modifier = info =>
        {
            if (info.Type == typeof(Order)) change(info);
        };
        Assert.Contains(reason, WhyNot(OrderFacts.All, OrderJson.Default.WithAddedModifier(modifier)), StringComparison.Ordinal);
        Assert.Contains(
            reason, WhyNot(OrderFacts.All, new DefaultJsonTypeInfoResolver { Modifiers = { modifier } }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_reflection_or_generated_metadata_make_of_types_by_themselves_keeps_the_compact_form()
    {
        CompactTypeFacts[] all =
        [
            .. OrderFacts.All, OrderFacts.Line, OrderFacts.Money, OrderFacts.Plain<Money?>(), OrderFacts.Plain<Marks>(),
            OrderFacts.Plain<Colour?>(), OrderFacts.Plain<List<Line>>(), OrderFacts.Plain<Line[]>(),
            OrderFacts.Plain<IReadOnlyList<Line>>(), OrderFacts.Plain<HashSet<string>>(), OrderFacts.Plain<Dictionary<string, Line>>(),
            OrderFacts.Plain<IReadOnlyDictionary<Guid, Line>>(),
            new(typeof(FileContent), [
                new("fileName", typeof(string), false),
                new("content", typeof(ReadOnlyMemory<byte>), false),
                new("contentType", typeof(string), false)
            ]),
        ];
        Assert.Null(WhyNot(all));
        Assert.Null(WhyNot(all, OrderJson.Default));
        Assert.Null(WhyNot(all, new DefaultJsonTypeInfoResolver()));
        Assert.Null(WhyNot(all, OrderJson.Default.WithAddedModifier(_ => { })));
    }

    [Fact]
    public void Scalars_keep_the_compact_form_with_any_metadata()
    {
        CompactTypeFacts[] scalars =
        [
            OrderFacts.Plain<bool>(), OrderFacts.Plain<byte>(), OrderFacts.Plain<sbyte>(), OrderFacts.Plain<short>(),
            OrderFacts.Plain<ushort>(), OrderFacts.Plain<int>(), OrderFacts.Plain<uint>(),
            OrderFacts.Plain<long>(), OrderFacts.Plain<ulong>(), OrderFacts.Plain<float>(), OrderFacts.Plain<double>(),
            OrderFacts.Plain<decimal>(), OrderFacts.Plain<char>(), OrderFacts.Plain<string>(),
            OrderFacts.Plain<Guid>(), OrderFacts.Plain<DateTime>(), OrderFacts.Plain<DateTimeOffset>(), OrderFacts.Plain<DateOnly>(),
            OrderFacts.Plain<TimeOnly>(), OrderFacts.Plain<TimeSpan>(),
            OrderFacts.Plain<Uri>(), OrderFacts.Plain<byte[]>(), OrderFacts.Plain<ReadOnlyMemory<byte>>(), OrderFacts.Plain<int?>(),
            OrderFacts.Plain<DateOnly?>(),
        ];
        Assert.Null(WhyNot(scalars));
        Assert.Null(WhyNot(scalars, new DefaultJsonTypeInfoResolver()));
    }

    [Fact]
    public void A_type_that_nothing_knows_keeps_the_compact_form()
    {
        var options = JsonDefaults.Create([], new FanLimits(), contracts: null, reflection: false);
        Assert.Null(WhyNot([OrderFacts.Order], options));
    }

    [Fact]
    public void Enums_as_text_go_as_json()
    {
        Assert.Contains("Colour", WhyNot(OrderFacts.All, OrderTextJson.Default), StringComparison.Ordinal);
        var options = new JsonSerializerOptions();
        var text = (JsonConverter<Marks>)new JsonStringEnumConverter<Marks>().CreateConverter(typeof(Marks), options)!;
        Assert.Contains("Marks", WhyNot([OrderFacts.Plain<Marks>()], GivenJson.Converter(text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Converters_of_scalars_and_of_base_types_go_as_json()
    {
        Assert.Contains("String", WhyNot(OrderFacts.All, GivenJson.Converter(new Shouting())), StringComparison.Ordinal);
        // The platform wraps it in a converter of its own.
        var wide = new GivenJson(
            (type, options) => type == typeof(int) ? JsonMetadataServices.CreateValueInfo<int>(options, new Anything()) : null);
        Assert.NotNull(WhyNot([OrderFacts.Plain<int>()], wide));
        Assert.NotNull(WhyNot([OrderFacts.Order], GivenJson.Converter(new OrderAsText())));
        Assert.NotNull(WhyNot([OrderFacts.Plain<List<int>>()], GivenJson.Converter(new Joined())));
    }

    [Fact]
    public void Members_that_the_generator_could_not_see_go_as_json() =>
        Assert.Contains("secret", WhyNot([OrderFacts.Sealed]), StringComparison.Ordinal);

    [Fact]
    public void A_type_that_json_can_not_carry_says_so() =>
        Assert.Contains("no JSON form", WhyNot([OrderFacts.Order], new GivenJson(
            (type, _) => type == typeof(Order) ? throw new NotSupportedException("not at all") : null)), StringComparison.Ordinal);

    [Fact]
    public void It_is_decided_and_told_once_for_a_method()
    {
        var log = new CollectedLog();
        var fitness = new CompactFitness(JsonDefaults.Create([OrderTextJson.Default], new FanLimits()), log);
        var order = new FactsMethod("order", isCompact: true, OrderFacts.All);
        var line = new FactsMethod("line", isCompact: true, [OrderFacts.Line]);
        var never = new FactsMethod("never", isCompact: false, [OrderFacts.Line]);
        _ = new FactsContract([order, line, never]);
        for (var i = 0; i < 3; i++) Assert.Equal((false, true, false), (fitness.Keeps(order), fitness.Keeps(line), fitness.Keeps(never)));
        var told = Assert.Single(log.Lines);
        Assert.Contains("'shop.orders/order'", told, StringComparison.Ordinal);
        Assert.Contains("Colour is no number in JSON", told, StringComparison.Ordinal);
    }

    private static JsonPropertyInfo Member(JsonTypeInfo info, string name) => info.Properties.Single(property => property.Name == name);

    private static JsonPropertyInfo Add(JsonTypeInfo info, string name, Type type)
    {
        var property = info.CreateJsonPropertyInfo(type, name);
        property.Get = _ => null;
        property.Set = (_, _) => { };
        info.Properties.Add(property);
        return property;
    }

    private static string? WhyNot(CompactTypeFacts[] facts, params IJsonTypeInfoResolver[] given) =>
        WhyNot(facts, JsonDefaults.Create(given, new FanLimits()));

    private static string? WhyNot(CompactTypeFacts[] facts, JsonSerializerOptions options)
    {
        var log = new CollectedLog();
        var method = new FactsMethod("order", isCompact: true, facts);
        var keeps = new CompactFitness(options, log).Keeps(method);
        Assert.Equal(keeps ? 0 : 1, log.Lines.Count);
        return log.Lines.SingleOrDefault();
    }

    private sealed class FactsMethod(string name, bool isCompact, IReadOnlyList<CompactTypeFacts> facts)
        : UnaryMethod<Unit, Unit>(new MethodDescription
        {
            Name = name,
            ClrName = name,
            Kind = MethodKind.Rpc,
            Parameters = [],
            ResultType = typeof(Unit),
            Fingerprint = ""
        })
    {
        public override bool IsCompact => isCompact;

        public override IReadOnlyList<CompactTypeFacts> CompactTypes => facts;

        public override ValueTask<Unit> InvokeAsync(object service, Unit args, CancellationToken cancellationToken) => default;

        public override Unit ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) => default;

        public override void WriteArguments(Utf8JsonWriter writer, in Unit args, JsonSerializerOptions options)
        {
        }
    }

    private sealed class FactsContract(IReadOnlyList<ServiceMethod> methods)
        : ServiceContract<CompactFitnessTests>("shop.orders", "1.0.0", methods);

    private sealed class CollectedLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Equal(LogLevel.Information, logLevel);
            Lines.Add(formatter(state, exception));
        }
    }

    private sealed class Shouting : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value + "!");
    }

    private sealed class Joined : JsonConverter<List<int>>
    {
        public override List<int>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => [];

        public override void Write(Utf8JsonWriter writer, List<int> value, JsonSerializerOptions options) =>
            writer.WriteStringValue(string.Join(' ', value));
    }

    private sealed class OrderAsText : JsonConverter<Order>
    {
        public override Order? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => null;

        public override void Write(Utf8JsonWriter writer, Order value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    private sealed class Anything : JsonConverter<object>
    {
        public override bool CanConvert(Type typeToConvert) => true;

        public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => null;

        public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options) => writer.WriteStringValue("x");
    }
}
