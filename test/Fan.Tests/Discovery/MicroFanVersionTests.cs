using System.Text;
using Fan.Conformance;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Tests.Applications;
using Fan.Tests.Routing;
using Fan.Versions;

namespace Fan.Tests.Discovery;

/// <summary>What micro-fan's services write into the store: versions by its own rule, and endpoints over brokers without methods.</summary>
public sealed class MicroFanVersionTests
{
    private const string Methods = """{"transport":"loop","host":"h","port":1,"methods":[{"name":"go"}]}""";

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();

    [Theory]
    [InlineData("2024.05.01", true)]
    [InlineData("01", true)]
    [InlineData("1.02", true)]
    [InlineData("000", true)]
    [InlineData("20240501123456789012", true)]
    [InlineData("01.2.3-rc.1", false)]
    [InlineData("1.2.3-01", false)]
    [InlineData("1.2.3.4", false)]
    [InlineData("1.", false)]
    [InlineData(".1", false)]
    [InlineData("v3", false)]
    public void One_to_three_numbers_are_a_version_also_with_zeros_before_them(string text, bool isOne)
    {
        Assert.Equal(isOne, ServiceVersion.TryParse(text, out _));
        Assert.Equal(isOne, ServiceVersion.IsPlain(text));
    }

    [Fact]
    public void They_are_ordered_by_their_numbers() => Assert.Equal(
        ["2024.12.1", "2024.05.01", "2024.4.30", "10", "09", "1.10", "01.2"],
        new[] { "09", "2024.4.30", "1.10", "2024.12.1", "10", "01.2", "2024.05.01" }.Order(ServiceVersion.Descending));

    [Theory]
    [InlineData("2024.05.01", "2024.05.01", true)]
    [InlineData("2024.5.1", "2024.05.01", true)]
    [InlineData("^2024.05", "2024.06.01", true)]
    [InlineData("~2024.05", "2024.06.01", false)]
    [InlineData(">=01 <02", "1.5.0", true)]
    [InlineData(">=01 <02", "02", false)]
    [InlineData("01.x || 003", "3.0.0", true)]
    [InlineData("1.0.0-rc.1 - 02.0.0", "2.0.0", true)]
    [InlineData("0", "0.1", true)]
    [InlineData("00.1", "0.1", true)]
    public void A_range_takes_them_for_the_numbers_that_they_are(string range, string version, bool contains)
    {
        var parsed = VersionRange.Parse(range);
        Assert.Equal((range, contains), (parsed.Text, ServiceVersion.TryParse(version, out var found) && parsed.Contains(found)));
    }

    [Theory]
    [InlineData("1.0.0-01")]
    [InlineData("01.0.0-rc.01")]
    [InlineData("0-0x")]
    public void A_range_of_a_pre_release_has_no_such_zeros(string range) => Assert.Throws<FormatException>(() => VersionRange.Parse(range));

    [Fact]
    public async Task A_version_with_zeros_is_called_and_keeps_its_text()
    {
        using var store = new DisposableStore(_tree);
        foreach (var version in (string[])["2024.05.01", "2024.4.30"]) await store.AddAsync("numbers", version, Methods);
        await using var host = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        Assert.Equal(["2024.05.01", "2024.4.30"], (await host.Directory.FindAsync("numbers")).Select(endpoint => endpoint.Version));
        var error = await Assert.ThrowsAnyAsync<FanException>(async () => await host.Fan.CallAsync("numbers.go", default));
        Assert.Contains("numbers 2024.05.01", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_version_is_told_once_with_its_path()
    {
        using var logs = new WrittenText();
        using var store = new DisposableStore(_tree);
        foreach (var version in (string[])["v3", "1.2.3.4", "1.0.0"]) await store.AddAsync("numbers", version, Methods);
        await store.AddAsync("numbers.v4", "1.0.0", Methods);
        await using var host = await TestHost.StartAsync(_tree, _network, "caller", _ => { }, logs);
        Assert.Single(await host.Directory.FindAsync("numbers"));
        await store.AddAsync("numbers", "1.2.3.4", Methods);
        await store.AddAsync("numbers", "v5", Methods);
        await Applications.Eventually.TrueAsync(
            () => logs.All.Any(line => line.Contains("/endpoints/numbers/v5 ", StringComparison.Ordinal)), "the new one is told");
        host.Store.Disconnect();
        host.Store.Reconnect();
        await store.AddAsync("numbers", "1.1.0", Methods);
        await Applications.Eventually.TrueAsync(async () => (await host.Directory.FindAsync("numbers")).Count == 2, "it was read anew");
        Assert.Equal(
            ["/endpoints/numbers/1.2.3.4", "/endpoints/numbers/v3", "/endpoints/numbers/v5"],
            logs.All.Where(line => line.Contains("is no version", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[0])
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"transport":"redis","host":"h","port":6379,"queue":"q"}""", true)]
    [InlineData(
        """{"transport":"amqp","host":"h","queue":"q","exchange":"","exchange_type":"direct","routing_key":"q","methods":null}""", true)]
    [InlineData("""{"transport":"redis","host":"h","port":6379,"queue":"q","methods":[{"name":"go"}]}""", false)]
    [InlineData("""{"transport":"redis","host":"h","port":6379,"queue":"q","methods":[]}""", false)]
    public void An_endpoint_over_a_broker_takes_any_method_where_it_names_none(string json, bool any)
    {
        var description = EndpointDescription.Parse(Encoding.UTF8.GetBytes(json));
        var endpoint = new Endpoint("/e", 1, "s", "1.0.0", description, TimeProvider.System);
        Assert.Equal(
            (any, any),
            (description.TakesAnyMethod, endpoint.FindMethod("anything") is { Name: "anything", Kind: MethodKind.Rpc, Parameters: null }));
        var again = EndpointDescription.Parse(description.ToJson());
        Assert.Equal((any, description.Methods.Count), (again.TakesAnyMethod, again.Methods.Count));
    }

    [Theory]
    [InlineData("""{"transport":"http","host":"h","port":1}""")]
    [InlineData("""{"transport":"redis","queue":"q","methods":{}}""")]
    [InlineData("""{"transport":"redis","queue":"q","fan":{}}""")]
    public void Others_need_their_methods(string json) =>
        Assert.Contains(
            "'methods'",
            Assert.Throws<FormatException>(() => EndpointDescription.Parse(Encoding.UTF8.GetBytes(json))).Message,
            StringComparison.Ordinal);
}
