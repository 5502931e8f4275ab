namespace Fan.Database.Schema;

/// <summary>
/// A form of the tables, and how it is reached from the one before. What was released is never changed: a later form is another entry.
/// </summary>
/// <param name="Number">1 for the first.</param>
/// <param name="OldestReader">
/// The oldest form whose programs work with this one: old and new run beside each other while a system is updated.
/// </param>
/// <param name="Statements">For both engines.</param>
internal sealed record SchemaVersion(int Number, int OldestReader, IReadOnlyList<string> Statements)
{
    /// <summary>All forms, the first one first.</summary>
    public static IReadOnlyList<SchemaVersion> All { get; } =
    [
        new(1, 1, [.. QueueTables.Statements, .. CallTables.Statements]),
        new(2, 1, [.. QueueTables.DeletedStatements])
    ];

    /// <summary>The tables of the newest form.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["versions", "queues", .. QueueTables.OfQueues, "deleted", "instances", "frames"];

    /// <summary>The form that this program makes.</summary>
    public static int Newest => All[^1].Number;

    /// <summary>The table that says which form there is.</summary>
    public const string Register =
        "CREATE TABLE IF NOT EXISTS fan.versions (version integer PRIMARY KEY, oldest_reader integer NOT NULL, made_at bigint NOT NULL)";
}
