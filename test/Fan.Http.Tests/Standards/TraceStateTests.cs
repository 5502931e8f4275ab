namespace Fan.Http.Tests.Standards;

/// <summary>The cases of W3C's test suite about tracestate, under their names there.</summary>
public sealed class TraceStateTests : TraceContextTest
{
    private const string Marks = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";

    [Theory]
    [InlineData("foo=1")]
    [InlineData("foo=1,bar=2")]
    public async Task Tracestate_included_traceparent_missing(string value) =>
        Assert.Empty((await RequestAsync(("tracestate", value))).State);

    [Fact]
    public async Task Tracestate_included_traceparent_included()
    {
        var sent = await RequestAsync(("traceparent", Parent), ("tracestate", "foo=1,bar=2"));
        Assert.Equal((TraceId, "foo=1,bar=2"), (sent.Trace, sent.StateText));
    }

    [Theory]
    [InlineData("trace-state")]
    [InlineData("trace.state")]
    public async Task Tracestate_header_name(string name) =>
        Assert.Empty((await RequestAsync(("traceparent", Parent), (name, "foo=1"))).State);

    [Theory]
    [InlineData("TraceState")]
    [InlineData("TrAcEsTaTe")]
    [InlineData("TRACESTATE")]
    public async Task Tracestate_header_name_valid_casing(string name) =>
        Assert.Equal("foo=1", (await RequestAsync(("traceparent", Parent), (name, "foo=1"))).StateText);

    [Fact]
    public async Task Tracestate_empty_header()
    {
        Assert.Empty((await StateOfAsync("")).State);
        Assert.Equal("foo=1", (await StateOfAsync("foo=1", "")).StateText);
        Assert.Equal("foo=1", (await StateOfAsync("", "foo=1")).StateText);
    }

    [Fact]
    public async Task Tracestate_multiple_headers_different_keys() =>
        Assert.Equal("foo=1,bar=2,rojo=1,congo=2,baz=3", (await StateOfAsync("foo=1,bar=2", "rojo=1,congo=2", "baz=3")).StateText);

    [Fact]
    public async Task Tracestate_duplicated_keys()
    {
        Assert.Equal("foo=1", (await StateOfAsync("foo=1,foo=1")).StateText);
        Assert.Equal("foo=1", (await StateOfAsync("foo=1,foo=2")).StateText);
        Assert.Equal("foo=1", (await StateOfAsync("foo=1", "foo=1")).StateText);
        Assert.Equal("foo=1", (await StateOfAsync("foo=1", "foo=2")).StateText);
    }

    [Theory]
    [InlineData(Marks)]
    [InlineData(Marks + "@a-z0-9_-*/")]
    public async Task Tracestate_all_allowed_characters(string key)
    {
        var value = string.Concat(Enumerable.Range(0x20, 0x5f).Select(c => (char)c).Where(c => c is not (',' or '=')));
        Assert.Equal(value, (await StateOfAsync($"{key}={value}")).State[key]);
    }

    [Theory]
    [InlineData("foo=1 \t , \t bar=2, \t baz=3", "foo=1,bar=2,baz=3")]
    [InlineData("foo=1\t \t,\t \tbar=2,\t \tbaz=3", "foo=1,bar=2,baz=3")]
    [InlineData(" foo=1", "foo=1")]
    [InlineData("\tfoo=1", "foo=1")]
    [InlineData("foo=1 ", "foo=1")]
    [InlineData("foo=1\t", "foo=1")]
    [InlineData("\t foo=1 \t", "foo=1")]
    public async Task Tracestate_ows_handling(string value, string expected) =>
        Assert.Equal(expected, (await StateOfAsync(value)).StateText);

    [Theory]
    [InlineData("foo =1")]
    [InlineData("FOO=1")]
    [InlineData("foo.bar=1")]
    [InlineData("bar=1,FOO=1")]
    public async Task Tracestate_key_illegal_characters(string value) => Assert.Empty((await StateOfAsync(value)).State);

    [Fact]
    public async Task Tracestate_key_illegal_vendor_format()
    {
        Assert.Equal("foo@=1,bar=2", (await StateOfAsync("foo@=1,bar=2")).StateText);
        Assert.Empty((await StateOfAsync("@foo=1,bar=2")).State);
        Assert.Equal("foo@@bar=1,bar=2", (await StateOfAsync("foo@@bar=1,bar=2")).StateText);
        Assert.Equal("foo@bar@baz=1,bar=2", (await StateOfAsync("foo@bar@baz=1,bar=2")).StateText);
    }

    [Fact]
    public async Task Tracestate_member_count_limit()
    {
        string Members(int from, int to) => string.Join(',', Enumerable.Range(from, to - from + 1).Select(i => $"bar{i:00}={i:00}"));
        var sent = await StateOfAsync(Members(1, 10), Members(11, 20), Members(21, 30), Members(31, 32));
        Assert.Equal(("01", 32), (sent.State["bar01"], sent.State.Count));
        Assert.Empty((await StateOfAsync(Members(1, 10), Members(11, 20), Members(21, 30), Members(31, 33))).State);
    }

    [Fact]
    public async Task Tracestate_key_length_limit()
    {
        foreach (var key in new[]
        {
            new string('z', 256),
            new string('t', 241) + "@" + new string('v', 14),
            new string('t', 242) + "@v",
            "t@" + new string('v', 15)
        })
            Assert.Equal($"foo=1,{key}=1", (await StateOfAsync("foo=1", key + "=1")).StateText);
        Assert.Empty((await StateOfAsync("foo=1", new string('z', 257) + "=1")).State);
    }

    [Theory]
    [InlineData("foo=bar=baz")]
    [InlineData("foo=,bar=3")]
    [InlineData("foo,bar=3")]
    [InlineData("foo=\u00e9,bar=3")]
    public async Task Tracestate_value_illegal_characters(string value) => Assert.Empty((await StateOfAsync(value)).State);

    [Fact]
    public async Task Tracestate_value_length_limit()
    {
        Assert.Equal(256, (await StateOfAsync("foo=" + new string('x', 256))).State["foo"].Length);
        Assert.Empty((await StateOfAsync("bar=1,foo=" + new string('x', 257))).State);
    }

    private async Task<Sent> StateOfAsync(params string[] values)
    {
        var sent = await RequestAsync([("traceparent", Parent), .. values.Select(value => ("tracestate", value))]);
        Assert.Equal(TraceId, sent.Trace);
        return sent;
    }
}
