using System.Text;
using Fan.Queues;
using Fan.Tree;

namespace Fan.Tests.Routing;

/// <summary>What a later version of Fan has written is not erased by one that does not know it.</summary>
public sealed class UnknownMemberTests
{
    private const string Later =
        """{"versions":{"1.0.0":100},"shards":{"3":"w1"},"keys":{"acme":3},"lanes":{"fast":["a",1]},"pinned":true}""";

    [Fact]
    public void Of_a_route_they_outlive_every_change()
    {
        var entry = RouteEntry.Parse(Later);
        Assert.Equal(Later, entry.ToJson());
        Assert.Equal(
            """{"versions":{"1.0.0":100},"shards":{"3":"w2"},"keys":{"acme":3},"lanes":{"fast":["a",1]},"pinned":true}""",
            entry.Assign([new(3, "w2")]).ToJson());
        Assert.Equal(
            """{"versions":{"1.0.0":100},"shards":{"3":"w1"},"lanes":{"fast":["a",1]},"pinned":true}""",
            entry.List([new("acme", null)]).ToJson());
        Assert.Equal(
            """{"versions":{"2.0.0":100},"shards":{"3":"w1"},"keys":{"acme":3},"lanes":{"fast":["a",1]},"pinned":true}""",
            RouteEntry.Change(entry, RouteEntry.Parse("""{"versions":{"2.0.0":100}}"""))!.ToJson());
        Assert.Equal(
            """{"versions":{"1.0.0":100},"alias":"proxy","shards":{"3":"w1"},"keys":{"acme":3},"lanes":{"fast":["a",1]},"pinned":true}""",
            RouteEntry.Change(entry, RouteEntry.Parse("""{"alias":"proxy"}"""))!.ToJson());
        // Also when there is no more route but theirs.
        Assert.Equal(
            """{"pinned":true}""", RouteEntry.Change(RouteEntry.Parse("""{"versions":{"1.0.0":100},"pinned":true}"""), null)!.ToJson());
        Assert.Null(RouteEntry.Change(RouteEntry.Parse("""{"versions":{"1.0.0":100}}"""), null));
    }

    [Fact]
    public void Of_a_queue_they_outlive_another_consumer_s_registration()
    {
        var queue = new QueueName("wines", "search");
        var later = """{"transports":["amqp"],"policy":{"max_attempts":3,"lanes":2},"tags":["x"]}"""u8.ToArray();
        var written = Encoding.UTF8.GetString(new QueueRegistration(queue, ["redis"], new QueuePolicy()).Keeping(later).ToJson());
        Assert.StartsWith("""{"transports":["redis"],""", written, StringComparison.Ordinal);
        Assert.EndsWith(""","lanes":2},"tags":["x"]}""", written, StringComparison.Ordinal);
        Assert.Equal(["redis"], QueueRegistration.Parse(queue, Encoding.UTF8.GetBytes(written)).Transports);
        Assert.DoesNotContain(
            "tags",
            Encoding.UTF8.GetString(new QueueRegistration(queue, ["redis"], new QueuePolicy()).Keeping("garbage"u8.ToArray()).ToJson()),
            StringComparison.Ordinal);
    }
}
