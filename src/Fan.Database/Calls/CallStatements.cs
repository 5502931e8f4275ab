namespace Fan.Database.Calls;

/// <summary>
/// What is done with the tables of calls, once for both engines; see <see cref="Engines.Dialect"/> for the words in braces.
/// </summary>
internal static class CallStatements
{
    public const string Join =
        "INSERT INTO fan.instances (id, name, lease_until) VALUES ($1, $2, {now} + $3) ON CONFLICT (id) DO UPDATE " +
        "SET lease_until = excluded.lease_until";

    public const string Renew = "UPDATE fan.instances SET lease_until = {now} + $2 WHERE id = $1";

    /// <summary>Waits for those who send to it at this moment: what they sent is there afterwards, and later ones find nobody.</summary>
    public const string Leave = "DELETE FROM fan.instances WHERE id = $1";

    /// <summary>Those that may be over.</summary>
    public const string OldLeases = "SELECT id, lease_until, lease_until - {now} FROM fan.instances WHERE lease_until < {now} AND id <> $1";

    public const string EndLease = "DELETE FROM fan.instances WHERE id = $1 AND lease_until = $2";

    public const string DropOrphans =
        "DELETE FROM fan.frames WHERE id IN (SELECT f.id FROM fan.frames f WHERE NOT EXISTS (SELECT 1 FROM fan.instances i " +
        "WHERE i.id = f.recipient) LIMIT 1000)";

    public const string Living = "SELECT id FROM fan.instances WHERE id {in $1}";

    /// <summary>
    /// Changes one row where the recipient is there, or none. 1 recipient, 2 sender, 3 call, 4 kind, 5 number, 6 method, 7 content type, 8
    /// headers, 9 body.
    /// </summary>
    public const string Send = """
        INSERT INTO fan.frames (recipient, sender, call_id, kind, number, method, content_type, headers, body, sent_at)
        SELECT i.id, $2, $3, $4, $5, $6, $7, $8, $9, {now} FROM fan.instances i WHERE i.id = $1 {key share i}
        """;

    /// <summary>
    /// Without those that were read already, which <see cref="Remove"/> takes away before it: an answer that is lost takes no frame with
    /// it.
    /// </summary>
    public const string Receive =
        "SELECT id, sender, call_id, kind, number, method, content_type, headers, body, {now} - sent_at FROM fan.frames " +
        "WHERE recipient = $1 ORDER BY id LIMIT 100";

    public const string Remove = "DELETE FROM fan.frames WHERE id {in $1}";
}
