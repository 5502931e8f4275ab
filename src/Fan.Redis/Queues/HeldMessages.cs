using System.Collections.Concurrent;

namespace Fan.Redis.Queues;

/// <summary>A message that a consumer took from the stream.</summary>
/// <param name="entry">Its entry in the stream.</param>
/// <param name="number">Its number in the queue.</param>
internal sealed class HeldMessage(string entry, string number) : IDisposable
{
    private readonly CancellationTokenSource _lost = new();

    public string Entry => entry;

    public string Number => number;

    /// <summary>Set where it takes nobody's place: the server refuses what became of it.</summary>
    public bool IsAside { get; set; }

    /// <summary>Cancelled when another consumer has got it.</summary>
    public CancellationToken Lost => _lost.Token;

    public void Lose() => _lost.Cancel();

    public void Dispose() => _lost.Dispose();
}

/// <summary>What a consumer holds, and how much more it may take. Safe from any thread.</summary>
internal sealed class HeldMessages(int most)
{
    // Beyond it they take places, so that there is a bound.
    private const int MostAside = 1000;

    private readonly ConcurrentDictionary<string, HeldMessage> _held = new(StringComparer.Ordinal);
    private int _aside;

    /// <summary>Rings when there may be room.</summary>
    public Bell Room { get; } = new();

    public int Free => most - _held.Count + Math.Min(Volatile.Read(ref _aside), MostAside);

    public string[] Entries => [.. _held.Keys];

    public void Add(HeldMessage message) => _held[message.Entry] = message;

    /// <summary>Lets others take its place.</summary>
    public void SetAside(HeldMessage message)
    {
        message.IsAside = true;
        Interlocked.Increment(ref _aside);
        Room.Ring();
    }

    public void Remove(HeldMessage message)
    {
        if (!_held.TryRemove(message.Entry, out _)) return;
        if (message.IsAside) Interlocked.Decrement(ref _aside);
        message.Dispose();
        Room.Ring();
    }

    /// <summary>Ends the work on a message that somebody else has now.</summary>
    public void Lose(string entry)
    {
        if (!_held.TryGetValue(entry, out var message)) return;
        try
        {
            message.Lose();
        }
        catch (ObjectDisposedException)
        {
            // Settled at this moment.
        }
    }
}
