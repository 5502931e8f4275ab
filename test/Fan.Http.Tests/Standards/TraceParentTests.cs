namespace Fan.Http.Tests.Standards;

/// <summary>The cases of W3C's test suite about traceparent, under their names there.</summary>
public sealed class TraceParentTests : TraceContextTest
{
    private const string Future = "-what-the-future-will-be-like";

    [Fact]
    public async Task Both_traceparent_and_tracestate_missing() => Assert.Empty((await RequestAsync()).State);

    [Fact]
    public Task Traceparent_included_tracestate_missing() => InheritsAsync(Parent);

    [Fact]
    public async Task Traceparent_duplicated()
    {
        var sent = await RequestAsync(("traceparent", Parent.Replace("9012-", "9011-", StringComparison.Ordinal)), ("traceparent", Parent));
        Assert.False(sent.Trace.StartsWith("123456789012345678901234567890", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("trace-parent")]
    [InlineData("trace.parent")]
    public Task Traceparent_header_name(string name) => BeginsAnewAsync(Parent, name);

    [Theory]
    [InlineData("TraceParent")]
    [InlineData("TrAcEpArEnT")]
    [InlineData("TRACEPARENT")]
    public Task Traceparent_header_name_valid_casing(string name) => InheritsAsync(Parent, name);

    [Theory]
    [InlineData(Parent + ".")]
    [InlineData(Parent + Future)]
    public Task Traceparent_version_0x00(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("cc-12345678901234567890123456789012-1234567890123456-01")]
    [InlineData("cc-12345678901234567890123456789012-1234567890123456-01" + Future)]
    public Task Traceparent_version_0xcc(string value) => InheritsAsync(value);

    [Theory]
    [InlineData("cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like")]
    public Task Traceparent_version_0xcc_without_a_dash(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("ff-12345678901234567890123456789012-1234567890123456-01")]
    [InlineData("ff-12345678901234567890123456789012-1234567890123456-01" + Future)]
    public Task Traceparent_version_0xff(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData(".0-12345678901234567890123456789012-1234567890123456-01")]
    [InlineData("0.-12345678901234567890123456789012-1234567890123456-01")]
    public Task Traceparent_version_illegal_characters(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("000-12345678901234567890123456789012-1234567890123456-01")]
    [InlineData("0000-12345678901234567890123456789012-1234567890123456-01")]
    public Task Traceparent_version_too_long(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("0-12345678901234567890123456789012-1234567890123456-01")]
    public Task Traceparent_version_too_short(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-00000000000000000000000000000000-1234567890123456-01")]
    public Task Traceparent_trace_id_all_zero(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-.2345678901234567890123456789012-1234567890123456-01")]
    [InlineData("00-1234567890123456789012345678901.-1234567890123456-01")]
    public Task Traceparent_trace_id_illegal_characters(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-123456789012345678901234567890123-1234567890123456-01")]
    public Task Traceparent_trace_id_too_long(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-1234567890123456789012345678901-1234567890123456-01")]
    public Task Traceparent_trace_id_too_short(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-12345678901234567890123456789012-0000000000000000-01")]
    public Task Traceparent_parent_id_all_zero(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-12345678901234567890123456789012-.234567890123456-01")]
    [InlineData("00-12345678901234567890123456789012-123456789012345.-01")]
    public Task Traceparent_parent_id_illegal_characters(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-12345678901234567890123456789012-12345678901234567-01")]
    public Task Traceparent_parent_id_too_long(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-12345678901234567890123456789012-123456789012345-01")]
    public Task Traceparent_parent_id_too_short(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-.0")]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-0.")]
    public Task Traceparent_trace_flags_illegal_characters(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-001")]
    public Task Traceparent_trace_flags_too_long(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-1")]
    public Task Traceparent_trace_flags_too_short(string value) => BeginsAnewAsync(value);

    [Theory]
    [InlineData(" " + Parent)]
    [InlineData("\t" + Parent)]
    [InlineData(Parent + " ")]
    [InlineData(Parent + "\t")]
    [InlineData("\t " + Parent + " \t")]
    public Task Traceparent_ows_handling(string value) => InheritsAsync(value);

    [Fact]
    public async Task Multiple_requests_with_valid_traceparent()
    {
        var sent = await RequestAsync(3, ("traceparent", Parent));
        Assert.All(sent, request => Assert.Equal(TraceId, request.Trace));
        Assert.Equal(3, sent.Select(request => request.Span).Distinct().Count());
    }

    [Fact]
    public async Task Multiple_requests_without_traceparent() =>
        Assert.Equal(3, (await RequestAsync(3)).Select(request => request.Span).Distinct().Count());

    [Fact]
    public async Task Multiple_requests_with_illegal_traceparent()
    {
        var sent = await RequestAsync(3, ("traceparent", "00-00000000000000000000000000000000-1234567890123456-01"));
        Assert.DoesNotContain(new string('0', 32), sent.Select(request => request.Trace));
        Assert.Equal(3, sent.Select(request => request.Span).Distinct().Count());
    }

    [Fact]
    public async Task Propagates_random_flag()
    {
        var sent = await RequestAsync(("traceparent", "00-12345678901234567890123456789012-1234567890123456-02"));
        Assert.Equal(TraceId, sent.Trace);
        Assert.NotEqual("1234567890123456", sent.Span);
        Assert.Equal(2, Convert.ToInt32(sent.Flags, 16) & 2);
    }
}
