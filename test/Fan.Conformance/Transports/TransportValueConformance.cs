using System.Text.Json;

namespace Fan.Conformance.Transports;

/// <summary>A value has one meaning, whichever way it goes.</summary>
public abstract class TransportValueConformance : TransportConformance
{
    private readonly Mirror _mirror = new();

    /// <summary>Who calls.</summary>
    protected virtual TransportApplication Calling => Caller;

    /// <summary>Whether typed calls reach the service itself.</summary>
    protected virtual bool IsDirect => false;

    private IMirror Reflecting => Calling.Fan.Get<IMirror>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public async Task What_is_no_number_is_carried(double value)
    {
        Assert.Equal(value, await Reflecting.WholeAsync(value, Token));
        Assert.Equal((float)value, await Reflecting.HalfAsync((float)value, Token));
        var within = await Reflecting.WithinAsync(
            new(new() { ["a"] = value }, [], [], [value, 1], [(float)value], [], [], value, []), Token);
        Assert.Equal((value, value, (float)value, value), (within.Weights["a"], within.Wholes[0], within.Halves[0], within.Maybe));
        Assert.Equal([(1, value), (2, 0.5)], await Reflecting.TuplesAsync([(1, value), (2, 0.5)], Token).ToListAsync(Token));
    }

    [Theory]
    [InlineData("NaN", double.NaN)]
    [InlineData("Infinity", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    public async Task What_is_no_number_is_carried_by_its_name_where_a_call_is_one_by_name(string text, double value)
    {
        using var arguments = JsonDocument.Parse($$"""{"value": "{{text}}"}""");
        Assert.Equal(value, await Calling.Fan.CallAsync<double>("mirror.whole", arguments.RootElement, cancellationToken: Token));
        Assert.Equal(text, (await Calling.Fan.CallAsync("mirror.whole", arguments.RootElement, cancellationToken: Token)).GetString());
    }

    [Fact]
    public async Task Tuples_and_fields_are_carried()
    {
        Assert.Equal((7, "seven"), await Reflecting.TupleAsync((7, "seven"), Token));
        var value = new Tupled
        {
            Nested = ((1, "one"), double.NaN),
            Wide = (1, 2, 3, 4, 5, 6, 7, "eight", (9, 10)),
            Points = { ["a"] = (1, -1) },
            Field = 5
        };
        var back = await Reflecting.TupledAsync(value, Token);
        Assert.Equal((value.Nested, value.Wide, value.Points["a"], value.Field), (back.Nested, back.Wide, back.Points["a"], back.Field));
        var fielded = await Reflecting.FieldedAsync(new Fielded { Property = 1, Field = 2 }, Token);
        Assert.Equal((1, 2), (fielded.Property, fielded.Field));
        using var arguments = JsonDocument.Parse("""{"value": {"item1": 7, "item2": "seven"}}""");
        Assert.Equal(
            """{"item1":7,"item2":"seven"}""",
            (await Calling.Fan.CallAsync("mirror.tuple", arguments.RootElement, cancellationToken: Token)).GetRawText());
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public async Task Values_nest_as_deep_in_any_call(int levels, bool goes)
    {
        var chain = new Chain(1, null);
        for (var i = 1; i < levels; i++) chain = new Chain(1, chain);
        using var json = JsonDocument.Parse(new string('[', levels) + new string(']', levels));
        using var arguments = JsonDocument.Parse($$"""{"value": {{json.RootElement.GetRawText()}}}""");
        await SendAsync(goes || IsDirect, async () => await Reflecting.ChainAsync(chain, Token));
        await SendAsync(goes || IsDirect, async () => await Reflecting.ElementAsync(json.RootElement, Token));
        await SendAsync(goes, async () => await Calling.Fan.CallAsync("mirror.element", arguments.RootElement, cancellationToken: Token));

        static async Task SendAsync(bool goes, Func<Task> call)
        {
            if (goes) await call();
            else Assert.Equal("MaxDepth", (await Assert.ThrowsAsync<LimitExceededException>(call)).Limit);
        }
    }

    [Fact]
    public async Task Pushes_carry_the_same_values()
    {
        await Reflecting.NoteAsync(double.NegativeInfinity, (7, "seven"), Token);
        await Eventually.TrueAsync(() => Task.FromResult(!_mirror.Notes.IsEmpty), "it was handled");
        Assert.Equal((double.NegativeInfinity, 7, "seven"), Assert.Single(_mirror.Notes));
    }

    [Fact]
    public async Task Nothing_is_nothing_in_any_kind_of_json()
    {
        Assert.Equal("none", await Reflecting.MaybeAsync(null, Token));
        Assert.Equal("none", await Reflecting.NodeAsync(null, Token));
        Assert.Equal("Undefined", await Reflecting.OptionalAsync(ct: Token));
    }

    [Fact]
    public async Task The_null_of_json_is_a_value_where_any_json_is_one()
    {
        using var nothing = JsonDocument.Parse("null");
        Assert.Equal("null", await Reflecting.DocumentAsync(nothing, Token));
        Assert.Equal("Null", await Reflecting.OptionalAsync(nothing.RootElement, Token));
        Assert.Equal("Null", await Reflecting.KindAsync(nothing.RootElement, Token));
        Assert.Equal(JsonValueKind.Null, (await Reflecting.ElementAsync(nothing.RootElement, Token)).ValueKind);
    }

    protected override void Configure(FanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Limits.MaxDepth = 8;
    }

    protected override void Configure(FanBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.AddService<IMirror>(_ => _mirror);
    }
}
