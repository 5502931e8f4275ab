namespace Fan.Ipc.Wire;

/// <summary>
/// The texts that were sent once on a connection and are referred to by number. Used under the lock of the connection's output.
/// </summary>
internal sealed class SentNames(int limit)
{
    private readonly Dictionary<string, uint> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Service, string Method), uint> _methods = [];
    private uint _next;

    /// <summary>
    /// The number of a method's name; null where it must stand in the frame. Sends it first where that is needed, so no frame may be open.
    /// </summary>
    public uint? Method(FrameBuffer output, string service, string method)
    {
        if (_methods.TryGetValue((service, method), out var known)) return known;
        if (Send(output, $"{service}/{method}") is not { } id) return null;
        _methods.Add((service, method), id);
        return id;
    }

    /// <summary>The number of a text, as above.</summary>
    public uint? Text(FrameBuffer output, string text)
    {
        if (_texts.TryGetValue(text, out var known)) return known;
        if (Send(output, text) is not { } id) return null;
        _texts.Add(text, id);
        return id;
    }

    private uint? Send(FrameBuffer output, string text)
    {
        // Three bytes a character at most.
        if (_next >= limit || text.Length > WireLimits.MaxNameBytes / 3) return null;
        var place = output.Begin(FrameType.Name, 0);
        output.Number(_next);
        output.Text(text);
        output.End(place);
        return _next++;
    }
}
