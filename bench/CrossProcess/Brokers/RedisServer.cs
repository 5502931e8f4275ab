using System.Globalization;
using StackExchange.Redis;

namespace CrossProcess.Brokers;

/// <summary>Redis, which keeps nothing on disk here.</summary>
internal sealed class RedisServer : Broker
{
    private const string Program = "/usr/bin/redis-server";

    public override string Name => "Redis";

    public override string Variable => "FAN_BENCH_REDIS";

    protected override string Package => "redis-server";

    protected override string Form => "host:port";

    protected override bool IsInstalled => File.Exists(Program);

    protected override Task<string> LaunchAsync(ServerProcess process)
    {
        var port = FreePorts(1)[0].ToString(CultureInfo.InvariantCulture);
        process.Start(
            "",
            new Dictionary<string, string>(),
            Program,
            "--bind",
            "127.0.0.1",
            "--port",
            port,
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            process.Folder);
        return Task.FromResult("127.0.0.1:" + port);
    }

    protected override async Task<bool> AnswersAsync(string address)
    {
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(address + ",connectTimeout=500");
            return true;
        }
        catch (RedisConnectionException)
        {
            return false;
        }
    }
}
