using System.Data.Common;

namespace Fan.Database.Engines;

/// <summary>Statements that are done in one transaction, all or none. Used once, by one thread at a time.</summary>
/// <param name="service">The service that it is about, for errors.</param>
internal sealed class Script(string service)
{
    private readonly List<Statement> _statements = [];
    private readonly HashSet<string> _rings = new(StringComparer.Ordinal);

    public string Service => service;

    public IReadOnlyList<Statement> Statements => _statements;

    /// <summary>The channels that ring when it commits.</summary>
    public IReadOnlyCollection<string> Rings => _rings;

    /// <summary>Whether it only reads, so that it needs no lock.</summary>
    public bool IsReading { get; init; }

    /// <summary>Whether it goes over as many rows as there are, and may take any time.</summary>
    public bool IsLong { get; init; }

    /// <summary>For how many times <see cref="FanDatabaseOptions.OperationTimeout"/> its answer is waited for.</summary>
    public int Patience { get; init; } = 1;

    /// <summary>Adds a statement without rows; <c>$1</c>, <c>$2</c>… are the values in order.</summary>
    public Statement Add(string sql, params ReadOnlySpan<DbValue> values)
    {
        var statement = new Statement(sql, values.ToArray());
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Adds a statement with rows, which are in the list when the script is done.</summary>
    public IReadOnlyList<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<DbValue> values)
    {
        var statement = new Query<T>(sql, values.ToArray(), read);
        _statements.Add(statement);
        return statement.Rows;
    }

    /// <summary>Lets a channel ring when the transaction commits.</summary>
    public void RingAtCommit(string channel) => _rings.Add(channel);

    /// <summary>Forgets what an attempt found that was rolled back.</summary>
    public void Reset() => _statements.ForEach(statement => statement.Reset());
}

/// <summary>One statement of a script, in the dialect of no engine: see <see cref="Dialect"/>.</summary>
internal class Statement(string sql, DbValue[] values)
{
    public string Sql => sql;

    public IReadOnlyList<DbValue> Values => values;

    /// <summary>How many rows it changed; known when the script is done.</summary>
    public int Affected { get; set; }

    public virtual bool HasRows => false;

    public virtual void Read(DbDataReader reader)
    {
    }

    public virtual void Reset() => Affected = 0;
}

/// <summary>A statement with rows.</summary>
internal sealed class Query<T>(string sql, DbValue[] values, Func<DbDataReader, T> read) : Statement(sql, values)
{
    private readonly List<T> _rows = [];

    public IReadOnlyList<T> Rows => _rows;

    public override bool HasRows => true;

    public override void Read(DbDataReader reader) => _rows.Add(read(reader));

    public override void Reset()
    {
        base.Reset();
        _rows.Clear();
    }
}
