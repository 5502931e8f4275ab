namespace Fan.Queues.Local;

/// <summary>The dead letters of one queue, the oldest first. Guarded by the queue's lock.</summary>
internal sealed class LocalDeadLetters(TimeProvider clock)
{
    private readonly LinkedList<DeadLetter> _letters = new();

    public void Add(QueuePolicy policy, DeadLetter letter)
    {
        _letters.AddLast(letter);
        Trim(policy);
    }

    public int Count(QueuePolicy policy)
    {
        Trim(policy);
        return _letters.Count;
    }

    public IReadOnlyList<DeadLetter> Peek(QueuePolicy policy, int most)
    {
        Trim(policy);
        return [.. _letters.Take(most)];
    }

    /// <summary>Takes those with the ids, or all, as far as there is room for them.</summary>
    public IReadOnlyList<DeadLetter> Take(QueuePolicy policy, IReadOnlyCollection<string>? ids, int room)
    {
        Trim(policy);
        var wanted = ids?.ToHashSet(StringComparer.Ordinal);
        var taken = _letters.Where(letter => wanted?.Contains(letter.Message.Id) != false).Take(room).ToList();
        foreach (var letter in taken) _letters.Remove(letter);
        return taken;
    }

    public int Clear()
    {
        var count = _letters.Count;
        _letters.Clear();
        return count;
    }

    private void Trim(QueuePolicy policy)
    {
        var oldest = clock.GetUtcNow() - policy.DeadLetterRetention;
        while (_letters.First is { } first && (_letters.Count > policy.MaxDeadLetters || first.Value.DiedAt < oldest))
        {
            _letters.RemoveFirst();
        }
    }
}
