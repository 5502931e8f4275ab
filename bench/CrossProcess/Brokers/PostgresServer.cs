using System.Globalization;
using Npgsql;

namespace CrossProcess.Brokers;

/// <summary>PostgreSQL as it is by default: a commit is on the disk.</summary>
internal sealed class PostgresServer : Broker
{
    public override string Name => "PostgreSQL";

    public override string Variable => "FAN_BENCH_POSTGRES";

    protected override string Package => "postgresql";

    protected override string Form => "a connection string of Npgsql";

    protected override bool IsInstalled => Programs is not null;

    private static string? Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql")
            .Order(StringComparer.Ordinal)
            .Select(version => Path.Combine(version, "bin"))
            .LastOrDefault(bin => File.Exists(Path.Combine(bin, "postgres")))
        : null;

    // It refuses to run as root, so it runs as the user that its package made.
    private static string[] AsItsUser =>
        Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    protected override async Task<string> LaunchAsync(ServerProcess process)
    {
        var data = Path.Combine(process.Folder, "data");
        if (AsItsUser.Length > 0) await process.RunAsync("chown", "postgres", process.Folder);
        await process.RunAsync([
            .. AsItsUser,
            Path.Combine(Programs!, "initdb"),
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "postgres",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C"
        ]);
        var port = FreePorts(1)[0].ToString(CultureInfo.InvariantCulture);
        process.Start("", new Dictionary<string, string>(), [
            .. AsItsUser,
            Path.Combine(Programs!, "postgres"),
            "-D",
            data,
            "-p",
            port,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories="
        ]);
        return $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";
    }

    protected override async Task<bool> AnswersAsync(string address)
    {
        try
        {
            await using var connection = new NpgsqlConnection(address + ";Pooling=false;Timeout=2");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
