using Fan.Switching;
using Microsoft.Data.Sqlite;
using SwitchBench.Servers;

namespace SwitchBench.Restores;

/// <summary>A file that is replaced by an older copy of itself, or removed, or replaced by another one.</summary>
internal sealed class SqliteLoss(string file) : IStoreLoss
{
    private static readonly ChangeOptions AnotherSystem = new() { Author = "another system", Force = true, DrainTimeout = TimeSpan.Zero };

    private readonly string _saved = file + ".saved";

    public async Task SaveAsync()
    {
        File.Delete(_saved);
        await using var from = await OpenAsync(file);
        await using var to = await OpenAsync(_saved);
        // As backups are made of a database in use: a copy of the file alone misses what stands in its log.
        from.BackupDatabase(to);
    }

    public async Task<string> PlayAsync(string kind, int round)
    {
        switch (kind)
        {
            case "restore":
                File.Move(_saved, file, overwrite: true);
                return "replaced by an older copy";
            case "lose":
                foreach (var part in (string[])[file, file + "-wal", file + "-shm"]) File.Delete(part);
                return "removed with its log";
            default:
                var other = file + ".other";
                File.Delete(other);
                if (round % 2 == 0) await File.WriteAllBytesAsync(other, []);
                else await MakeAsync(other);
                File.Move(other, file, overwrite: true);
                return round % 2 == 0 ? "replaced by an empty file" : "replaced by another system's store";
        }
    }

    // With a log of its own, so that numbers alone do not tell it.
    private static async Task MakeAsync(string other)
    {
        await using var system = Operator.Create(Surroundings.UrlOf(other));
        for (var i = 0; i < 12; i++)
        {
            await system.Changes.ChangeAsync([
                RouteChange.To("bench.price", i % 2 == 0 ? "2.0.0" : "1.0.0"),
                RouteChange.To("bench.tax", i % 2 == 0 ? "2.0.0" : "1.0.0")
            ], AnotherSystem);
        }
    }

    private static async Task<SqliteConnection> OpenAsync(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        await connection.OpenAsync();
        return connection;
    }
}
