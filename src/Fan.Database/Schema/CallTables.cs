namespace Fan.Database.Schema;

/// <summary>
/// The tables of calls. What is in them means nothing once a process or the server has died, so that it need not be on the disk.
/// </summary>
internal static class CallTables
{
    public static IEnumerable<string> Statements =>
    [
        // A process that calls or serves lives as long as it renews its row.
        "CREATE {unlogged} TABLE IF NOT EXISTS fan.instances (id bigint PRIMARY KEY, name text NOT NULL, lease_until bigint NOT NULL)",
        "CREATE INDEX IF NOT EXISTS {index }instances_lease ON fan.instances (lease_until)",
        // What is on its way to an instance, in the order of its sending.
        """
        CREATE {unlogged} TABLE IF NOT EXISTS fan.frames (
            id {identity}, recipient bigint NOT NULL, sender bigint NOT NULL, call_id bigint NOT NULL, kind bigint NOT NULL,
            number bigint NOT NULL,
            method text, content_type text, headers text, body {bytes} NOT NULL, sent_at bigint NOT NULL)
        """,
        "CREATE INDEX IF NOT EXISTS {index }frames_of_recipient ON fan.frames (recipient, id)",
    ];
}
