namespace Fan.Database.Queues;

/// <summary>
/// What is done with the tables of queues, once for both engines; see <see cref="Engines.Dialect"/> for the words in braces.
/// </summary>
/// <remarks>
/// Every statement stands on its own beside those of other consumers. Taking leaves out rows that others have locked. What is
/// removed is marked as leaving first: the lock on it holds up whoever is about to put a later message of its key behind it.
/// </remarks>
internal static class QueueStatements
{
    /// <summary>Whether a message of a key is the next one of it: the first in the order, and none of it in hand.</summary>
    private const string IsNextOfKey = """
        (m.message_key IS NULL OR (
            m.place = (SELECT f.place FROM fan.messages f WHERE f.queue_id = m.queue_id AND f.message_key = m.message_key
                AND f.place IS NOT NULL AND f.state <> 4 ORDER BY f.place LIMIT 1)
            AND (SELECT 1 FROM fan.messages h WHERE h.queue_id = m.queue_id AND h.message_key = m.message_key
                AND h.state = 2 LIMIT 1) IS NULL))
        """;

    public const string Declare = """
        INSERT INTO fan.queues (service, grp, max_attempts, ttl, max_messages, remember, dead_retention, max_dead)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (service, grp) DO UPDATE
            SET max_attempts = $3, ttl = $4, max_messages = $5, remember = $6, dead_retention = $7, max_dead = $8
        RETURNING id
        """;

    /// <summary>As <see cref="Declare"/>, but one that is there stays as it is and is not locked.</summary>
    public const string DeclareOnce = """
        INSERT INTO fan.queues (service, grp, max_attempts, ttl, max_messages, remember, dead_retention, max_dead)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (service, grp) DO NOTHING
        """;

    /// <summary>As <see cref="DeclareOnce"/>, for one that was declared before: what somebody deleted stays so.</summary>
    public const string DeclareAgain = """
        INSERT INTO fan.queues (service, grp, max_attempts, ttl, max_messages, remember, dead_retention, max_dead)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS (SELECT 1 FROM fan.deleted d WHERE d.service = $1 AND d.grp = $2)
            ON CONFLICT (service, grp) DO NOTHING
        """;

    public const string RememberDeleted = "INSERT INTO fan.deleted (service, grp) VALUES ($1, $2) ON CONFLICT (service, grp) DO NOTHING";

    public const string ForgetDeleted = "DELETE FROM fan.deleted WHERE service = $1 AND grp = $2";

    /// <summary>As <see cref="Send"/>, to one queue: 10 its group.</summary>
    public const string SendToGroup = """
        INSERT INTO fan.messages (queue_id, place, state, message_id, method, content_type, headers, payload, message_key, enqueued_at,
            due_at, expires_at)
        SELECT m.queue_id, CASE WHEN $8 IS NULL THEN {next place} END, CASE WHEN $8 IS NULL THEN 0 ELSE 1 END, $2, $3, $4, $5, $6, $7, m.at,
            m.at + $8, m.at + $9
        FROM (SELECT q.id AS queue_id, {now} AS at FROM fan.queues q WHERE q.service = $1 AND q.grp = $10) m
        """;

    public const string Find = "SELECT id FROM fan.queues WHERE service = $1 AND grp = $2";

    public const string FindAll = "SELECT id, grp, max_messages FROM fan.queues WHERE service = $1";

    public const string Count = "SELECT count(*) FROM (SELECT 1 FROM fan.messages WHERE queue_id = $1 LIMIT $2) counted";

    /// <summary>1 service, 2 id, 3 method, 4 content type, 5 headers, 6 payload, 7 key, 8 delay, 9 ttl.</summary>
    public const string Send = """
        INSERT INTO fan.messages (queue_id, place, state, message_id, remember, method, content_type, headers, payload, message_key,
            enqueued_at, due_at, expires_at)
        SELECT m.queue_id, CASE WHEN $8 IS NULL THEN {next place} END, CASE WHEN $8 IS NULL THEN 0 ELSE 1 END, $2, m.remember, $3, $4, $5,
            $6, $7, m.at, m.at + $8,
               m.at + CASE WHEN m.ttl IS NULL THEN $9 WHEN $9 IS NULL OR m.ttl < $9 THEN m.ttl ELSE $9 END
        FROM (SELECT q.id AS queue_id, q.remember, q.ttl, {now} AS at FROM fan.queues q WHERE q.service = $1) m
        WHERE m.remember IS NULL OR NOT EXISTS (SELECT 1 FROM fan.handled h WHERE h.queue_id = m.queue_id AND h.message_id = $2
            AND h.until > m.at)
        ON CONFLICT (queue_id, message_id) WHERE remember IS NOT NULL DO NOTHING
        """;

    /// <summary>1 consumer, 2 service, 3 group, 4 name, 5 lease.</summary>
    public const string Join =
        "INSERT INTO fan.consumers (id, queue_id, name, lease_until) SELECT $1, q.id, $4, {now} + $5 FROM fan.queues q " +
        "WHERE q.service = $2 AND q.grp = $3 ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until RETURNING queue_id";

    /// <summary>
    /// What is left of a queue whose row is gone, for the one that took its place: 1 its number, 2 service, 3 group. What was in hand is
    /// nobody's.
    /// </summary>
    public const string AdoptMessages = """
        UPDATE fan.messages SET queue_id = (SELECT q.id FROM fan.queues q WHERE q.service = $2 AND q.grp = $3),
            lost = CASE state WHEN 2 THEN 1 ELSE lost END, state = CASE state WHEN 2 THEN 0 ELSE state END, owner = NULL
        WHERE queue_id = $1 AND NOT EXISTS (SELECT 1 FROM fan.queues q WHERE q.id = $1)
            AND EXISTS (SELECT 1 FROM fan.queues q WHERE q.service = $2 AND q.grp = $3)
          AND (remember IS NULL OR NOT EXISTS (
              SELECT 1 FROM fan.messages n JOIN fan.queues q ON q.id = n.queue_id WHERE q.service = $2 AND q.grp = $3
                  AND n.message_id = fan.messages.message_id AND n.remember IS NOT NULL))
        """;

    /// <summary>As <see cref="AdoptMessages"/>.</summary>
    public const string AdoptDead = """
        UPDATE fan.dead_letters SET queue_id = (SELECT q.id FROM fan.queues q WHERE q.service = $2 AND q.grp = $3)
        WHERE queue_id = $1 AND NOT EXISTS (SELECT 1 FROM fan.queues q WHERE q.id = $1)
            AND EXISTS (SELECT 1 FROM fan.queues q WHERE q.service = $2 AND q.grp = $3)
        """;

    /// <summary>As <see cref="AdoptMessages"/>.</summary>
    public const string AdoptHandled = """
        UPDATE fan.handled SET queue_id = (SELECT q.id FROM fan.queues q WHERE q.service = $2 AND q.grp = $3)
        WHERE queue_id = $1 AND NOT EXISTS (SELECT 1 FROM fan.queues q WHERE q.id = $1)
            AND EXISTS (SELECT 1 FROM fan.queues q WHERE q.service = $2 AND q.grp = $3)
          AND NOT EXISTS (SELECT 1 FROM fan.handled n JOIN fan.queues q ON q.id = n.queue_id WHERE q.service = $2 AND q.grp = $3
              AND n.message_id = fan.handled.message_id)
        """;

    public const string Renew = "UPDATE fan.consumers SET lease_until = {now} + $2 WHERE id = $1";

    public const string Leave = "DELETE FROM fan.consumers WHERE id = $1";

    /// <summary>
    /// 1 queue, 2 consumer, 3 how many, 4 whether of those whose consumer died (1) or the others (0). Who is no consumer any more takes
    /// nothing: an attempt that is never made must not be counted.
    /// </summary>
    public const string Take = $$"""
        WITH picked AS MATERIALIZED (
            SELECT m.id AS picked_id FROM fan.messages m
            WHERE m.queue_id = $1 AND m.lost = $4 AND m.state = 0 AND (m.expires_at IS NULL OR m.expires_at > {now}) AND {{IsNextOfKey}}
                AND EXISTS (SELECT 1 FROM fan.consumers c WHERE c.id = $2)
            ORDER BY m.place LIMIT $3 {skip locked m})
        UPDATE fan.messages SET state = 2, owner = $2, attempts = attempts + 1
        FROM picked WHERE id = picked_id
        RETURNING id, place, lost, message_id, method, content_type, headers, payload, message_key, enqueued_at, expires_at - {now},
            attempts, failure,
            CASE WHEN remember IS NULL THEN 0 ELSE (SELECT count(*) FROM fan.handled h WHERE h.queue_id = $1
                AND h.message_id = fan.messages.message_id AND h.until > {now}) END
        """;

    public const string AnyReady = "SELECT 1 FROM fan.messages WHERE queue_id = $1 AND state = 0 LIMIT 1";

    /// <summary>
    /// When the next message becomes due or expires, from now; null where none does. And whether consumer 2 is one of the queue.
    /// </summary>
    public const string NextAlarm = """
        SELECT (SELECT d.due_at FROM fan.messages d WHERE d.queue_id = $1 AND d.state = 1 ORDER BY d.due_at LIMIT 1) - {now},
               (SELECT e.expires_at FROM fan.messages e WHERE e.queue_id = $1 AND e.expires_at IS NOT NULL AND e.state <> 2
                   ORDER BY e.expires_at LIMIT 1) - {now},
               (SELECT count(*) FROM fan.consumers c WHERE c.id = $2 AND c.queue_id = $1)
        """;

    // The end of messages in hand: 1 queue, 2 consumer, 3 their numbers.
    public const string Forget =
        "DELETE FROM fan.messages WHERE queue_id = $1 AND owner = $2 AND state = 2 AND message_key IS NULL AND remember IS NULL " +
        "AND id {in $3}";

    public const string LetGo = "UPDATE fan.messages SET state = 4 WHERE queue_id = $1 AND owner = $2 AND state = 2 AND id {in $3}";

    public const string Remember = """
        INSERT INTO fan.handled (queue_id, message_id, until) SELECT m.queue_id, m.message_id, {now} + m.remember FROM fan.messages m
            WHERE m.queue_id = $1 AND m.owner = $2 AND m.state = 4 AND m.remember IS NOT NULL
        ON CONFLICT (queue_id, message_id) DO UPDATE SET until = excluded.until
        """;

    /// <summary>1 queue, 2 who lets go, 3 reason, 4 detail, 5 exception type, 6 attempts that did not count.</summary>
    public const string Bury = """
        INSERT INTO fan.dead_letters (queue_id, reason, detail, exception_type, attempts, message_id, method, content_type, headers,
            payload, message_key, enqueued_at, died_at)
        SELECT m.queue_id, $3, coalesce($4, m.failure), $5, m.attempts - $6, m.message_id, m.method, m.content_type, m.headers, m.payload,
            m.message_key, m.enqueued_at, {now}
        FROM fan.messages m WHERE m.queue_id = $1 AND m.owner = $2 AND m.state = 4 ORDER BY m.place, m.id
        """;

    /// <summary>Those that were behind what leaves, and are first now.</summary>
    public const string Follow = """
        UPDATE fan.messages SET state = 0 WHERE state = 3 AND id IN (
            SELECT (SELECT n.id FROM fan.messages n WHERE n.queue_id = g.queue_id AND n.message_key = g.message_key AND n.place IS NOT NULL
                AND n.state <> 4 ORDER BY n.place LIMIT 1)
            FROM fan.messages g WHERE g.queue_id = $1 AND g.owner = $2 AND g.state = 4 AND g.message_key IS NOT NULL)
        """;

    public const string Remove = "DELETE FROM fan.messages WHERE queue_id = $1 AND owner = $2 AND state = 4";

    /// <summary>
    /// 1 queue, 2 consumer, 3 number, 4 delay, 5 failure, 6 the attempt: one that was written down and then taken again is another. One
    /// without a key goes to the end.
    /// </summary>
    public const string Retry = """
        UPDATE fan.messages AS m SET state = CASE WHEN $4 = 0 THEN 0 ELSE 1 END, owner = NULL, lost = 0, due_at = {now} + $4,
            place = CASE WHEN m.message_key IS NULL THEN {next place} ELSE m.place END, failure = coalesce($5, m.failure)
        WHERE m.queue_id = $1 AND m.owner = $2 AND m.state = 2 AND m.id = $3 AND m.attempts = $6
        """;

    public const string Release =
        "UPDATE fan.messages SET state = 0, owner = NULL, attempts = attempts - 1 WHERE queue_id = $1 AND owner = $2 AND state = 2 " +
        "AND id {in $3}";

    /// <summary>
    /// Gives back what a consumer has without knowing: it was taken, and the answer was lost. 1 queue, 2 consumer, 3 what it knows.
    /// </summary>
    public const string ReleaseUnknown =
        "UPDATE fan.messages SET state = 0, owner = NULL, attempts = attempts - 1 WHERE queue_id = $1 AND owner = $2 AND state = 2 " +
        "AND id {not in $3}";

    /// <summary>1 queue, 2 a consumer of it: all others, and what is left of their leases.</summary>
    public const string OtherLeases = "SELECT id, lease_until, lease_until - {now} FROM fan.consumers WHERE queue_id = $1 AND id <> $2";

    public const string EndLease = "DELETE FROM fan.consumers WHERE id = $1 AND lease_until = $2";

    // What time does: 1 queue.

    public const string GiveBackLost = """
        UPDATE fan.messages SET state = 0, owner = NULL, lost = 1 WHERE state = 2 AND id IN (
            SELECT m.id FROM fan.messages m WHERE m.queue_id = $1 AND m.owner IS NOT NULL AND m.state = 2
                AND NOT EXISTS (SELECT 1 FROM fan.consumers c WHERE c.id = m.owner) LIMIT 1000 {skip locked m})
        """;

    /// <summary>2 who lets go, 3 how many, 4 after how many.</summary>
    public const string Expire = """
        UPDATE fan.messages SET state = 4, owner = $2 WHERE state <> 2 AND id IN (
            SELECT m.id FROM fan.messages m WHERE m.queue_id = $1 AND m.expires_at <= {now} AND m.state <> 2
                ORDER BY m.expires_at LIMIT $3 OFFSET $4 {skip locked m})
        """;

    public const string MakeDue = """
        UPDATE fan.messages AS m SET state = 0, place = CASE WHEN m.place IS NULL THEN {due place} ELSE m.place END
        FROM (
            SELECT o.due_id, row_number() OVER (ORDER BY o.due_at, o.due_id) AS rank, (SELECT coalesce(max(l.place), 0) FROM fan.messages l
                WHERE l.queue_id = $1) AS last_place
            FROM (SELECT m.id AS due_id, m.due_at FROM fan.messages m WHERE m.queue_id = $1 AND m.state = 1 AND m.due_at <= {now}
                ORDER BY m.due_at, m.id LIMIT 1000 {skip locked m}) o) due
        WHERE m.id = due.due_id AND m.state = 1
        """;

    /// <summary>Puts those that can't be next behind, while nobody may remove what is before them.</summary>
    public const string StandBehind = """
        UPDATE fan.messages SET state = 3 WHERE state = 0 AND id IN (
            SELECT b.id FROM (
                SELECT w.id, w.place, (SELECT x.id FROM fan.messages x WHERE x.queue_id = w.queue_id AND x.message_key = w.message_key
                    AND x.place IS NOT NULL AND x.state <> 4 ORDER BY x.place LIMIT 1) AS first_id
                FROM (SELECT r.id, r.queue_id, r.place, r.message_key FROM fan.messages r WHERE r.queue_id = $1 AND r.lost = 0
                    AND r.state = 0 ORDER BY r.place LIMIT 5000) w
                WHERE w.message_key IS NOT NULL) b
            JOIN fan.messages f ON f.id = b.first_id WHERE f.place < b.place {share skip locked f})
        """;

    public const string ForgetHandled =
        "DELETE FROM fan.handled WHERE queue_id = $1 AND message_id IN (SELECT h.message_id FROM fan.handled h WHERE h.queue_id = $1 " +
        "AND h.until <= {now} ORDER BY h.until LIMIT 5000)";

    public const string DropOldDead = """
        DELETE FROM fan.dead_letters WHERE queue_id = $1 AND id IN (
            SELECT d.id FROM fan.dead_letters d JOIN fan.queues q ON q.id = d.queue_id WHERE d.queue_id = $1
                AND d.died_at < {now} - q.dead_retention ORDER BY d.id LIMIT 5000)
        """;

    public const string DropExcessDead = """
        DELETE FROM fan.dead_letters WHERE queue_id = $1 AND id <= (
            SELECT d.id FROM fan.dead_letters d WHERE d.queue_id = $1
                ORDER BY d.id DESC LIMIT 1 OFFSET (SELECT q.max_dead FROM fan.queues q WHERE q.id = $1))
        """;

    // What people ask.
    public const string Status = $$"""
        SELECT coalesce(sum(CASE WHEN m.state = 0 AND {{IsNextOfKey}} THEN 1 ELSE 0 END), 0), count(*),
            coalesce(sum(CASE WHEN m.state = 2 THEN 1 ELSE 0 END), 0), {now} - min(m.enqueued_at),
               (SELECT count(*) FROM fan.dead_letters d WHERE d.queue_id = $1), (SELECT count(*) FROM fan.consumers c WHERE c.queue_id = $1
                   AND c.lease_until >= {now})
        FROM fan.messages m WHERE m.queue_id = $1
        """;

    public const string Peek = """
        SELECT message_id, method, content_type, headers, payload, message_key, enqueued_at, expires_at - {now}, attempts, failure
        FROM fan.messages WHERE queue_id = $1 AND state <> 2 ORDER BY place IS NULL, place, id LIMIT $2
        """;

    public const string PeekDead = """
        SELECT message_id, method, content_type, headers, payload, message_key, enqueued_at, attempts, reason, detail, exception_type,
            died_at FROM fan.dead_letters WHERE queue_id = $1 ORDER BY id LIMIT $2
        """;

    public const string PickDead = "SELECT id FROM fan.dead_letters WHERE queue_id = $1 ORDER BY id LIMIT $2";

    public const string LastDead = "SELECT coalesce(max(id), 0) FROM fan.dead_letters WHERE queue_id = $1";

    public const string PickDeadOf = "SELECT id FROM fan.dead_letters WHERE queue_id = $1 AND message_id {in $3} ORDER BY id LIMIT $2";

    /// <summary>1 queue, 2 the number of the dead letter.</summary>
    public const string Revive = """
        INSERT INTO fan.messages (queue_id, place, state, message_id, remember, method, content_type, headers, payload, message_key,
            enqueued_at, expires_at)
        SELECT m.queue_id, {next place}, 0, m.message_id, m.remember, m.method, m.content_type, m.headers, m.payload, m.message_key, {now},
            {now} + m.ttl
        FROM (SELECT d.*, q.remember, q.ttl FROM fan.dead_letters d JOIN fan.queues q ON q.id = d.queue_id WHERE d.queue_id = $1
            AND d.id = $2) m WHERE true
        ON CONFLICT (queue_id, message_id) WHERE remember IS NOT NULL DO NOTHING
        """;

    public const string DropDead = "DELETE FROM fan.dead_letters WHERE queue_id = $1 AND id = $2";

    public const string PurgeDead = "DELETE FROM fan.dead_letters WHERE queue_id = $1";

    public const string PurgeWaiting = """
        UPDATE fan.messages SET state = 4, owner = $2 WHERE state <> 2
            AND id IN (SELECT m.id FROM fan.messages m WHERE m.queue_id = $1 AND m.state <> 2 AND m.state <> 4 LIMIT 10000 {skip locked m})
        """;

    public const string Delete = "DELETE FROM fan.queues WHERE service = $1 AND grp = $2";
}
