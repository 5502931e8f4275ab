using System.Text;
using System.Text.Json.Nodes;
using Fan.Discovery;
using Fan.ZooKeeper.Tests.Servers;

namespace Fan.ZooKeeper.Tests.MicroFan;

/// <summary>Our services, found and called by micro-fan.</summary>
public sealed class OurServiceTests(ZooKeeperServers servers) : MicroFanTest(servers)
{
    [Theory]
    [InlineData("get", """{"bottle_id": 7}""", """{"id": 7, "label": " False", "note": null}""")]
    [InlineData(
        "get",
        """{"bottle_id": 7, "years": [2019, 2020], "full": true, "note": "a b&c/é"}""",
        """{"id": 7, "label": "2019|2020 True", "note": "a b&c/é"}""")]
    [InlineData("get", """{"bottle_id": 7, "years": [], "note": ""}""", """{"id": 7, "label": " False", "note": ""}""")]
    [InlineData("get", """{"bottle_id": 7, "years": null, "note": null}""", """{"id": 7, "label": " False", "note": null}""")]
    [InlineData("find", """{"name": "a b č"}""", "\"a b č\"")]
    [InlineData("delete", """{"bottle_id": 7, "force": true}""", "true")]
    [InlineData("set_price", """{"bottle_id": 7, "price": 1.5}""", "8.5")]
    [InlineData("set_label", """{"bottle_id": 7, "tags": ["a", "b"], "is_public": true}""", "\"7 : a|b True\"")]
    [InlineData("nothing", "{}", "null")]
    [InlineData("hint", """{"text": "é"}""", "true")]
    public async Task Ours_are_found_and_answer_its_requests(string method, string arguments, string expected)
    {
        await StartAsync("bottles", fan => fan.AddService<IBottles>(_ => new Bottles()));
        var reply = await Peer.CallAsync("shop.bottles", method, arguments);
        Assert.True(reply["error"] is null, reply.ToJsonString());
        Assert.Equal("1.1.0", (string?)reply["version"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), reply["result"]), reply.ToJsonString());
        Assert.Equal(expected == "true" ? (204, null) : (200, "application/json"), ((int)reply["status"]!, (string?)reply["content_type"]));
    }

    [Fact]
    public async Task A_file_of_theirs_arrives()
    {
        await StartAsync("bottles", fan => fan.AddService<IBottles>(_ => new Bottles()));
        var reply = await Peer.CallAsync(
            "shop.bottles",
            "set_label",
            """{"bottle_id": 7, "tags": ["a", "b"], "is_public": true}""",
            """{"files": {"label": ["f.txt", "hi"]}}""");
        Assert.Equal("7 f.txt:hi a|b True", (string?)reply["result"]);
    }

    [Fact]
    public async Task Trace_and_baggage_of_theirs_arrive()
    {
        await StartAsync("bottles", fan => fan.AddService<IBottles>(_ => new Bottles("first")));
        var reply = await Peer.CallAsync(
            "shop.bottles", "context", "{}", """{"trace": "372b0db3bc3f9c0", "baggage": {"SESSION_ID": "abc é", "n": 5}}""");
        Assert.Equal("first 00000000000000000372b0db3bc3f9c0 SESSION_ID=abc é,n=5", (string?)reply["result"]);
    }

    [Theory]
    [InlineData("fault", 422, "out_of_stock")]
    [InlineData("broken", 500, "System.InvalidOperationException")]
    public async Task An_error_of_ours_is_an_error_there_with_its_status_and_body(string how, int status, string type)
    {
        await StartAsync("bottles", fan => fan.AddService<IBottles>(_ => new Bottles()));
        var reply = await Peer.CallAsync("shop.bottles", "fail", $$"""{"how": "{{how}}"}""");
        Assert.Equal(("RPCHttpError", status), ((string?)reply["error"], (int)reply["status"]!));
        Assert.Contains(type, (string)reply["text"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tree_is_as_micro_fan_writes_it()
    {
        await StartAsync("bottles", fan => fan.AddService<IBottles>(_ => new Bottles()));
        Assert.Equal(["bottles"], await Store.GetChildrenAsync("/endpoints/shop"));
        Assert.Equal(["1.1.0"], await Store.GetChildrenAsync("/endpoints/shop/bottles"));
        var name = Assert.Single((await Store.GetChildrenAsync("/endpoints/shop/bottles/1.1.0"))!);
        Assert.Matches("^config_[0-9]{10}$", name);
        var data = Encoding.UTF8.GetString((await Store.GetAsync("/endpoints/shop/bottles/1.1.0/" + name))!.Data.Span);
        Assert.StartsWith("""{"transport":"http","host":"127.0.0.1","port":""", data, StringComparison.Ordinal);
        Assert.DoesNotContain(":null", data, StringComparison.Ordinal);
        Assert.Contains(
            """{"name":"get","url":"/bottles/{bottle_id}","method":"GET","content_type":"application/json",""",
            data,
            StringComparison.Ordinal);
        Assert.Contains(
            """{"name":"nothing","url":"/shop.bottles/nothing","method":"POST","content_type":"application/json",""",
            data,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_of_other_transports_and_versions_that_it_does_not_see_do_not_disturb_it()
    {
        await StartAsync("bottles", fan => fan.AddService<IBottles>(_ => new Bottles())
            .Announce("shop.bottles", "1.1.0", new EndpointDescription { Transport = "amqp" })
            .Announce("shop.bottles", "2.0.0-rc.1", new EndpointDescription { Transport = "http", Host = "127.0.0.1", Port = 1 })
            .Announce("shop.bottles.deep", "3.0.0", new EndpointDescription { Transport = "http", Host = "127.0.0.1", Port = 1 }));
        Assert.Equal("1.1.0", (string?)(await Peer.CallAsync("shop.bottles", "nothing"))["version"]);
        Assert.Null((await Peer.CallAsync("shop.bottles", "nothing"))["error"]);
    }

    [Fact]
    public async Task The_newest_instance_gets_its_calls_and_the_other_when_that_has_left()
    {
        await StartAsync("one", fan => fan.AddService<IBottles>(_ => new Bottles("one")));
        var two = await StartAsync("two", fan => fan.AddService<IBottles>(_ => new Bottles("two")));
        Assert.StartsWith("two ", (string?)(await Peer.CallAsync("shop.bottles", "context"))["result"], StringComparison.Ordinal);
        await StopAsync(two);
        Assert.StartsWith("one ", (string?)(await Peer.CallAsync("shop.bottles", "context"))["result"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_goes_through_a_service_of_theirs_and_one_of_ours_in_one_trace()
    {
        var port = await Peer.ServeAsync("theirs");
        await Peer.RegisterAsync("simple", "10.0.0", Config(port));
        await StartAsync("front", fan => fan.AddService<IFront, Front>());
        var reply = await Peer.CallAsync("front", "ask", "{}", """{"trace": "ba6b948a65b4189a", "baggage": {"INSTALLATION_ID": "7"}}""");
        Assert.Equal("ba6b948a65b4189a 7", (string?)reply["result"]);
    }
}
