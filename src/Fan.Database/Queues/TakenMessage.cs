using System.Data.Common;
using Fan.Database.Engines;
using Fan.Queues;

namespace Fan.Database.Queues;

/// <summary>A message in the hand of a consumer of this process.</summary>
internal sealed class TakenMessage : IDisposable
{
    private readonly string _headers;
    private readonly long _takenAt;
    private CancellationTokenSource? _cancellation;

    private TakenMessage(DbDataReader row, long queue, long owner, TimeProvider clock)
    {
        (Queue, Owner) = (queue, owner);
        _takenAt = clock.GetTimestamp();
        (Number, Place, WasLost) = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2) != 0);
        (Id, Method, ContentType, _headers) = (row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6));
        Payload = (byte[])row.GetValue(7);
        Key = row.IsDBNull(8) ? null : row.GetString(8);
        EnqueuedAt = Microseconds.ToMoment(row.GetInt64(9));
        TimeLeft = row.IsDBNull(10) ? null : Microseconds.ToTime(row.GetInt64(10));
        Attempts = (int)row.GetInt64(11);
        Failure = row.IsDBNull(12) ? null : row.GetString(12);
        WasHandled = row.GetInt64(13) > 0;
    }

    /// <summary>The number of its queue.</summary>
    public long Queue { get; }

    /// <summary>The number of the consumer that has it.</summary>
    public long Owner { get; }

    public long Number { get; }

    public long Place { get; }

    /// <summary>Whether its last consumer died with it.</summary>
    public bool WasLost { get; }

    /// <summary>Whether one with the same id was handled before.</summary>
    public bool WasHandled { get; }

    public string Id { get; }

    public string Method { get; }

    public string ContentType { get; }

    public byte[] Payload { get; }

    public string? Key { get; }

    public DateTimeOffset EnqueuedAt { get; }

    public TimeSpan? TimeLeft { get; }

    public int Attempts { get; }

    public string? Failure { get; }

    /// <summary>Set when another consumer has it: what becomes of this attempt changes nothing.</summary>
    public bool IsLost { get; private set; }

    public static Func<DbDataReader, TakenMessage> Reader(long queue, long owner, TimeProvider clock) =>
        row => new TakenMessage(row, queue, owner, clock);

    /// <summary>What remains of its time now.</summary>
    public TimeSpan? Remaining(TimeProvider clock) => TimeLeft - clock.GetElapsedTime(_takenAt);

    /// <exception cref="BadMessageException">A header breaks its form.</exception>
    public QueueDelivery Describe(QueueName queue, TimeSpan? remaining) => new()
    {
        Queue = queue,
        Message = new QueueMessage
        {
            Id = Id,
            Service = queue.Service,
            Method = Method,
            Headers = MessageText.Read(_headers),
            ContentType = ContentType,
            Payload = Payload,
            Key = Key,
            TimeToLive = remaining,
        },
        Attempt = Attempts,
        EnqueuedAt = EnqueuedAt,
        LastFailure = Failure,
    };

    /// <summary>The token of its handler.</summary>
    public CancellationToken Begin(CancellationToken breaking)
    {
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(breaking);
        if (IsLost) _cancellation.Cancel();
        return _cancellation.Token;
    }

    /// <summary>Notes that another consumer has it; <see cref="Lose"/> tells its handler.</summary>
    public void MarkLost() => IsLost = true;

    public void Lose()
    {
        try
        {
            _cancellation?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Its handler has just returned.
        }
    }

    public void Dispose() => _cancellation?.Dispose();
}
