using System.Text.Json;
using System.Text;
using Fan.Conformance.Transports;

namespace Fan.Tests.Messaging;

/// <summary>
/// How deep values may nest: counted in one way in either form, as argument and as result, when writing and when reading.
/// </summary>
public sealed class DepthTests
{
    private const int Most = 4;

    public static TheoryData<string, string> Values => new(
        from form in (string[])["json", "compact"]
        from kind in (string[])["objects", "objects and lists", "lists", "maps", "any JSON"]
        where form == "json" || kind != "any JSON"
        select (form, kind));

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_value_of_the_deepest_level_goes_and_comes(string form, string kind) =>
        await SendAsync(CodecChannel.Mirror(form, Most), kind);

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_level_more_is_refused_by_whoever_writes_it(string form, string kind) =>
        Assert.Equal(
            "MaxDepth",
            (await Assert.ThrowsAsync<LimitExceededException>(() => SendAsync(CodecChannel.Mirror(form, Most - 1), kind))).Limit);

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_level_more_in_a_result_is_refused_by_whoever_writes_it(string form, string kind) =>
        Assert.Equal(
            "MaxDepth",
            (await Assert.ThrowsAsync<LimitExceededException>(() => SendAsync(
                Mirror(CodecChannel.Codec(form, Most), CodecChannel.Codec(form, Most), CodecChannel.Codec(form, Most - 1)), kind))).Limit);

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_level_more_is_refused_by_whoever_reads_it(string form, string kind) =>
        await Assert.ThrowsAsync<BadArgumentException>(() => SendAsync(
            Mirror(CodecChannel.Codec(form, Most), CodecChannel.Codec(form, Most - 1), CodecChannel.Codec(form, Most)), kind));

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_level_more_in_a_result_is_refused_by_whoever_reads_it(string form, string kind) =>
        await Assert.ThrowsAsync<BadMessageException>(() => SendAsync(Mirror(
            CodecChannel.Codec(form, Most),
            CodecChannel.Codec(form, Most),
            CodecChannel.Codec(form, Most),
            CodecChannel.Codec(form, Most - 1)), kind));

    private static IMirror Mirror(params Generated.PayloadCodec[] codecs) => CodecChannel.Mirror(new CodecChannel(new Mirror(), codecs));

    private static async Task SendAsync(IMirror mirror, string kind)
    {
        var token = TestContext.Current.CancellationToken;
        switch (kind)
        {
            case "objects":
                await mirror.ChainAsync(new Chain(1, new Chain(2, new Chain(3, new Chain(4, null)))), token);
                break;
            case "objects and lists":
                await mirror.BranchAsync(new Branch([new Branch([])]), token);
                break;
            case "lists":
                await mirror.ListsAsync([[[[1]]]], token);
                break;
            case "maps":
                await mirror.MapsAsync(new() { ["a"] = new() { ["b"] = new() { ["c"] = new() { ["d"] = 1 } } } }, token);
                break;
            default:
                foreach (var json in (string[])["[[[[1]]]]", """{"a":{"b":{"c":{"d":1}}}}"""])
                {
                    await mirror.ElementAsync(JsonDocument.Parse(Encoding.UTF8.GetBytes(json)).RootElement, token);
                }
                break;
        }
    }
}
