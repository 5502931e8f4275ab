using System.Buffers;
using System.Text;
using System.Text.Json;
using Fan.Brokers;
using Fan.Coordination;
using Fan.Messaging;
using Fan.Serving;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Brokers;

/// <summary>micro-fan knows no shard keys: they are arguments of every method there.</summary>
public sealed class MicroFanKeyTests
{
    [Theory]
    [InlineData("""{"shop_id": "a,b", "x": 1}""", "a%2Cb", """{"x":1}""")]
    [InlineData("""{"shop_id": 42}""", "42", "{}")]
    [InlineData("""{"x": 1}""", null, """{"x":1}""")]
    [InlineData("{}", null, "{}")]
    public async Task Arguments_of_the_names_in_brackets_are_keys(string kwargs, string? keys, string arguments)
    {
        var (written, headers) = await WriteAsync(kwargs);
        Assert.Equal((keys, arguments), (headers.ShardKeys, written));
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("true")]
    public async Task A_key_is_a_text_or_a_number(string value) =>
        Assert.Equal(
            "shop_id", (await Assert.ThrowsAsync<BadArgumentException>(() => WriteAsync($$"""{"shop_id": {{value}}}"""))).Argument);

    private static async Task<(string Written, MessageHeaders Headers)> WriteAsync(string kwargs)
    {
        await using var host = await TestHost.StartAsync(
            new MemoryTree(), new LoopNetwork(), "tills", fan => fan.AddService<ITill, Till>());
        using var request = JsonDocument.Parse($$"""{"method": "name", "args": [], "kwargs": {{kwargs}}}""");
        var (output, headers) = (new ArrayBufferWriter<byte>(), new MessageHeaders());
        MicroFanRequest.WriteArguments(
            request.RootElement, host.Services.GetRequiredService<CallServer>().Resolve("shop.till", "name"), headers, output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), headers);
    }
}
