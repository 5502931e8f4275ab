using Fan.Messaging;

namespace Fan.Ipc.Wire;

/// <summary>The texts that the peer has sent to refer to. Used by the connection's reader only.</summary>
internal sealed class ReceivedNames<TMeaning>(int limit)
    where TMeaning : class
{
    private readonly List<Entry> _entries = [];

    public sealed class Entry(string text)
    {
        public string Text { get; } = text;

        /// <summary>What was found under the text when it was used for the first time.</summary>
        public TMeaning? Meaning { get; set; }
    }

    /// <summary>Takes the body of a name frame.</summary>
    /// <exception cref="WireException">It breaks the form or a limit.</exception>
    public void Add(ReadOnlySpan<byte> body)
    {
        if (_entries.Count >= limit)
        {
            throw new WireException($"More than {limit} names were sent on one connection.", ErrorCodes.LimitExceeded);
        }

        if (body.Length > WireLimits.MaxNameBytes + 16)
        {
            throw new WireException($"A name has more than {WireLimits.MaxNameBytes} bytes.", ErrorCodes.LimitExceeded);
        }

        var reader = new BodyReader(FrameType.Name, body);
        var id = reader.Number();
        if (id != (ulong)_entries.Count) throw new WireException($"The next name must have the number {_entries.Count}; it has {id}.");
        var text = reader.InlineText();
        // The one text that is compared for each message: the instance that it is compared with.
        _entries.Add(new Entry(string.Equals(text, MediaTypes.Compact, StringComparison.Ordinal) ? MediaTypes.Compact : text));
    }

    /// <exception cref="WireException">There is none of that number.</exception>
    public Entry this[int id] => id < _entries.Count ? _entries[id] : throw new WireException($"Name {id} was never sent.");

    /// <summary>Reads a text, wherever it stands.</summary>
    public string ReadText(ref BodyReader reader) =>
        reader.TextHead(out var inline) is >= 0 and var id ? this[id].Text : reader.Decode(inline);
}
