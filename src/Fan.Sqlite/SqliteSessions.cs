namespace Fan.Sqlite;

/// <summary>
/// Sessions as rows with a counter that their owner raises. Nobody compares clocks: an observer ends a session whose counter
/// it saw unchanged for too long on its own monotonic clock, or whose process has certainly gone. Runs in its caller's transactions.
/// </summary>
internal sealed class SqliteSessions(StoreDatabase database, SqliteTree tree, TimeProvider clock)
{
    // With the observers' ticks and the owner's interval this ends a dead session before its lease is over.
    private const double PatienceOfLease = 0.6;

    private readonly Dictionary<long, (long Renewals, long Since)> _seen = [];
    private readonly ProcessIdentity _self = ProcessIdentity.Current;

    /// <summary>How often an owner renews and looks at the others, of its lease.</summary>
    public static TimeSpan Interval(TimeSpan lease) => lease / 10;

    /// <summary>How long others bear with a session that is not renewed.</summary>
    public static TimeSpan Patience(TimeSpan lease) => lease * PatienceOfLease;

    public long Open(TimeSpan lease) => Convert.ToInt64(database.Scalar(
        "INSERT INTO sessions (renewals, lease_ms, boot, space, pid, started) VALUES (0, $1, $2, $3, $4, $5) RETURNING id",
        (long)lease.TotalMilliseconds, _self.Boot, _self.Space, _self.Pid, _self.Started));

    /// <summary>Raises the counter; false where the session was ended.</summary>
    public bool Renew(long session) => database.Run("UPDATE sessions SET renewals = renewals + 1 WHERE id = $1", session) == 1;

    public bool IsAlive(long session) => database.Scalar("SELECT 1 FROM sessions WHERE id = $1", session) is not null;

    /// <summary>How many there are, and how many of them have nodes.</summary>
    public (int All, int WithNodes) Count() => (
        Convert.ToInt32(database.Scalar("SELECT count(*) FROM sessions")), Convert.ToInt32(
            database.Scalar("SELECT count(DISTINCT owner) FROM nodes WHERE owner <> 0")));

    /// <summary>Ends a session: its nodes go with it.</summary>
    public void End(long session)
    {
        if (database.Run("DELETE FROM sessions WHERE id = $1", session) == 1) tree.RemoveOwned(session);
    }

    /// <summary>The sessions whose owners have stopped or gone. Only reads; <see cref="EndIfUnchanged"/> ends one.</summary>
    public List<(long Session, long Renewals)> FindDead(long own)
    {
        var dead = new List<(long, long)>();
        var living = new HashSet<long>();
        var now = clock.GetTimestamp();
        using var rows = database.Query("SELECT id, renewals, lease_ms, boot, space, pid, started FROM sessions");
        while (rows.Read())
        {
            var (id, renewals) = (rows.GetInt64(0), rows.GetInt64(1));
            if (id == own) continue;
            living.Add(id);
            if (!_seen.TryGetValue(id, out var seen) || seen.Renewals != renewals) _seen[id] = seen = (renewals, now);
            var owner = new ProcessIdentity(rows.GetString(3), rows.GetString(4), rows.GetInt32(5), rows.GetString(6));
            if (clock.GetElapsedTime(seen.Since, now).TotalMilliseconds > rows.GetInt64(2) * PatienceOfLease || owner.IsGone(_self))
            {
                dead.Add((id, renewals));
            }
        }

        foreach (var gone in _seen.Keys.Where(id => !living.Contains(id)).ToList()) _seen.Remove(gone);
        return dead;
    }

    /// <summary>Ends a session, unless it was renewed after it was found dead.</summary>
    public void EndIfUnchanged(long session, long renewals)
    {
        if (Convert.ToInt64(database.Scalar("SELECT renewals FROM sessions WHERE id = $1", session) ?? -1L) == renewals) End(session);
    }
}
