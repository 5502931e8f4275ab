using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CrossProcess.Brokers;

/// <summary>RabbitMQ, with the port mapper that it needs.</summary>
internal sealed class RabbitServer : Broker
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    public override string Name => "RabbitMQ";

    public override string Variable => "FAN_BENCH_RABBITMQ";

    protected override string Package => "rabbitmq-server";

    protected override string Form => "amqp://user:password@host:port";

    protected override bool IsInstalled => File.Exists(Program);

    protected override async Task<string> LaunchAsync(ServerProcess process)
    {
        var ports = FreePorts(3);
        var folder = process.Folder;
        await File.WriteAllTextAsync(Path.Combine(folder, "plugins"), "[].");
        await File.WriteAllLinesAsync(Path.Combine(folder, "rabbitmq.conf"),
        [
            $"listeners.tcp.default = 127.0.0.1:{ports[0]}",
            "log.console = true",
            "log.console.level = warning",
            "log.file = false",
            "vm_memory_high_watermark.absolute = 2GB",
            "disk_free_limit.absolute = 50MB",
        ]);
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = folder,
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_NODENAME"] = $"bench{Environment.ProcessId}@localhost",
            ["RABBITMQ_DIST_PORT"] = ports[1].ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = ports[2].ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
        };
        // The mapper stays when the broker goes, so it is a process of ours.
        process.Start("epmd -address 127.0.0.1 -port \"$ERL_EPMD_PORT\"", environment, Program);
        return $"amqp://guest:guest@127.0.0.1:{ports[0]}";
    }

    protected override async Task<bool> AnswersAsync(string address)
    {
        try
        {
            await using var connection = await new ConnectionFactory
            {
                Uri = new Uri(address),
                AutomaticRecoveryEnabled = false
            }.CreateConnectionAsync();
            return true;
        }
        catch (Exception error) when (error is RabbitMQClientException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
