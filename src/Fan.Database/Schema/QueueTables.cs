namespace Fan.Database.Schema;

/// <summary>The tables of queues. Times are microseconds: moments since 1970 by the database's clock, or durations.</summary>
internal static class QueueTables
{
    /// <summary>To be taken, unless an earlier one of its key is there.</summary>
    public const int Ready = 0;

    /// <summary>
    /// Kept back until <c>due_at</c>: sent so (without a place), or waiting for its retry (with its place, so that it holds back its key).
    /// </summary>
    public const int Scheduled = 1;

    /// <summary>In the hand of the consumer <c>owner</c>.</summary>
    public const int InHand = 2;

    /// <summary>Known to be behind another one of its key, so that looking for ready ones need not pass it.</summary>
    public const int Behind = 3;

    /// <summary>About to be removed by the transaction that set this; nobody else ever sees it.</summary>
    public const int Leaving = 4;

    /// <summary>
    /// What belongs to queues and outlives the table of these: consumers that run know the numbers that their queues had.
    /// </summary>
    public static IReadOnlyList<string> Kept { get; } = ["messages", "handled", "dead_letters"];

    /// <summary>All that belongs to queues. Where the queues themselves are gone, consumers join anew.</summary>
    public static IReadOnlyList<string> OfQueues { get; } = [.. Kept, "consumers"];

    /// <summary>The highest number of a queue that something is left of.</summary>
    public static string HighestNumber =>
        "SELECT coalesce(max(queue_id), 0) " +
        $"FROM ({string.Join(" UNION ALL ", Kept.Select(table => $"SELECT queue_id FROM fan.{table}"))}) kept";

    /// <summary>The queues that somebody deleted, so that a consumer that still runs does not make them again.</summary>
    public static IEnumerable<string> DeletedStatements =>
        ["CREATE TABLE IF NOT EXISTS fan.deleted (service text NOT NULL, grp text NOT NULL, PRIMARY KEY (service, grp))"];

    public static IEnumerable<string> Statements =>
    [
        """
        CREATE TABLE IF NOT EXISTS fan.queues (
            id {identity}, service text NOT NULL, grp text NOT NULL, max_attempts bigint NOT NULL, ttl bigint, max_messages bigint,
            remember bigint,
            dead_retention bigint NOT NULL, max_dead bigint NOT NULL, UNIQUE (service, grp))
        """,
        """
        CREATE TABLE IF NOT EXISTS fan.messages (
            id {identity}, queue_id bigint NOT NULL REFERENCES fan.queues (id) ON DELETE CASCADE, place bigint, state bigint NOT NULL,
            owner bigint, lost bigint NOT NULL DEFAULT 0, attempts bigint NOT NULL DEFAULT 0, message_id text NOT NULL, remember bigint,
            method text NOT NULL,
            content_type text NOT NULL, headers text NOT NULL, payload {bytes} NOT NULL, message_key text, enqueued_at bigint NOT NULL,
            due_at bigint, expires_at bigint, failure text)
        """,
        "CREATE INDEX IF NOT EXISTS {index }messages_ready ON fan.messages (queue_id, lost, place) WHERE state = 0",
        "CREATE INDEX IF NOT EXISTS {index }messages_due ON fan.messages (queue_id, due_at) WHERE state = 1",
        "CREATE INDEX IF NOT EXISTS {index }messages_owner ON fan.messages (queue_id, owner) WHERE owner IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS {index }messages_place ON fan.messages (queue_id, place)",
        "CREATE INDEX IF NOT EXISTS {index }messages_of_key ON fan.messages (queue_id, message_key, place) WHERE message_key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS {index }messages_expiry ON fan.messages (queue_id, expires_at) WHERE expires_at IS NOT NULL",
        // The database itself keeps a key from being in two hands.
        "CREATE UNIQUE INDEX IF NOT EXISTS {index }messages_one_of_key ON fan.messages (queue_id, message_key) WHERE state = 2 " +
        "AND message_key IS NOT NULL",
        "CREATE UNIQUE INDEX IF NOT EXISTS {index }messages_once ON fan.messages (queue_id, message_id) WHERE remember IS NOT NULL",
        "CREATE TABLE IF NOT EXISTS fan.handled (queue_id bigint NOT NULL REFERENCES fan.queues (id) " +
        "ON DELETE CASCADE, message_id text NOT NULL, until bigint NOT NULL, PRIMARY KEY (queue_id, message_id))",
        "CREATE INDEX IF NOT EXISTS {index }handled_until ON fan.handled (queue_id, until)",
        """
        CREATE TABLE IF NOT EXISTS fan.dead_letters (
            id {identity}, queue_id bigint NOT NULL REFERENCES fan.queues (id) ON DELETE CASCADE, reason text NOT NULL, detail text,
            exception_type text, attempts bigint NOT NULL,
            message_id text NOT NULL, method text NOT NULL, content_type text NOT NULL, headers text NOT NULL, payload {bytes} NOT NULL,
            message_key text, enqueued_at bigint NOT NULL, died_at bigint NOT NULL)
        """,
        "CREATE INDEX IF NOT EXISTS {index }dead_letters_of_queue ON fan.dead_letters (queue_id, id)",
        "CREATE INDEX IF NOT EXISTS {index }dead_letters_by_message ON fan.dead_letters (queue_id, message_id)",
        "CREATE TABLE IF NOT EXISTS fan.consumers (id bigint PRIMARY KEY, queue_id bigint NOT NULL REFERENCES fan.queues (id) " +
        "ON DELETE CASCADE, name text NOT NULL, lease_until bigint NOT NULL)",
        "CREATE INDEX IF NOT EXISTS {index }consumers_of_queue ON fan.consumers (queue_id, lease_until)",
    ];
}
