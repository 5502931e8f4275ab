using Fan.Cli.Sessions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Cli.Tests.Commands;

/// <summary>What is said of a queue that can't be opened is what opens it.</summary>
public sealed class QueueKindTests
{
    [Theory]
    [InlineData("amqp", "Fan__Amqp__Uri", "amqp://localhost")]
    [InlineData("redis", "Fan__Redis__Uri", "redis://localhost")]
    [InlineData("database", "Fan__Database__Postgres", "Host=db")]
    [InlineData("database", "Fan__Database__Sqlite", "/tmp/x.db")]
    public void The_setting_that_is_named_adds_the_transport(string transport, string variable, string value)
    {
        Assert.Contains(variable, QueueKinds.Remedy(transport), StringComparison.Ordinal);
        var settings = new ConfigurationBuilder().AddInMemoryCollection(
            [new(variable.Replace("__", ":", StringComparison.Ordinal), value)]).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(settings);
        var before = services.AddFan().Services.Count;
        Assert.True(services.AddFan().AddQueues().Services.Count > before);
    }
}
