using System.Data.Common;
using Fan.Database.Engines;

namespace Fan.Database.Calls;

/// <summary>One message between two instances. Immutable.</summary>
internal sealed record CallFrame
{
    /// <summary>Its place in the recipient's order; only where it was received.</summary>
    public long Id { get; init; }

    /// <summary>Who it is for, or, where it was received, who sent it.</summary>
    public required long Peer { get; init; }

    /// <summary>The call, by the caller's count.</summary>
    public required long Call { get; init; }

    public required FrameKind Kind { get; init; }

    /// <summary>
    /// Of an item its number from 1, of an end how many there were, of credit the bytes that may be sent in all, so that one that comes
    /// twice does no harm.
    /// </summary>
    public long Number { get; init; }

    /// <summary>Of a request: <c>service/method</c>.</summary>
    public string? Method { get; init; }

    public string? ContentType { get; init; }

    public string? Headers { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>How long it was on its way, by the database's clock.</summary>
    public TimeSpan Age { get; init; }

    public static CallFrame Read(DbDataReader row)
    {
        try
        {
            return ReadSound(row);
        }
        catch (Exception error) when (error is InvalidCastException or OverflowException or FormatException)
        {
            // Nobody's, and in nobody's way.
            return new CallFrame { Id = row.GetInt64(0), Peer = 0, Call = 0, Kind = FrameKind.None };
        }
    }

    private static CallFrame ReadSound(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Peer = row.GetInt64(1),
        Call = row.GetInt64(2),
        Kind = (FrameKind)row.GetInt64(3),
        Number = row.GetInt64(4),
        Method = row.IsDBNull(5) ? null : row.GetString(5),
        ContentType = row.IsDBNull(6) ? null : row.GetString(6),
        Headers = row.IsDBNull(7) ? null : row.GetString(7),
        Body = (byte[])row.GetValue(8),
        Age = Microseconds.ToTime(Math.Max(0, row.GetInt64(9))),
    };
}

/// <summary>The kinds of frames. Numbers are part of the tables' form.</summary>
internal enum FrameKind
{
    /// <summary>None that this program knows.</summary>
    None = 0,

    /// <summary>To the service: a call with one reply.</summary>
    Request = 1,

    /// <summary>To the service: a call whose reply is a sequence; the number is its first credit.</summary>
    SequenceRequest = 2,

    /// <summary>To the service: nobody waits any more.</summary>
    Cancel = 3,

    /// <summary>To the service: more of a sequence may come.</summary>
    Credit = 4,

    /// <summary>To the caller: the reply.</summary>
    Reply = 5,

    /// <summary>To the caller: an item of a sequence.</summary>
    Item = 6,

    /// <summary>To the caller: the sequence is over.</summary>
    End = 7,

    /// <summary>To the caller: the call has failed.</summary>
    Error = 8,

    /// <summary>To the caller: the call was not begun, and may be made elsewhere.</summary>
    Refused = 9,
}
