using System.Globalization;

namespace Fan.Messaging;

/// <summary>
/// What travels with a message besides its payload. A transport carries it in its own form, under <see cref="HeaderNames"/>. Not safe for
/// concurrent writes.
/// </summary>
public sealed class MessageHeaders
{
    private const long MaxLongTime = 366L * 24 * 3600 * 1000;

    // Few messages are pushes over such routes, or have passed a proxy: the others need not make room for what these have.
    private PushPart? _push;
    private ProxyPart? _proxy;

    /// <summary>W3C <c>traceparent</c>, as it was received or will be sent.</summary>
    public string? TraceParent { get; set; }

    /// <summary>W3C <c>tracestate</c>.</summary>
    public string? TraceState { get; set; }

    /// <summary>W3C <c>baggage</c>.</summary>
    public string? Baggage { get; set; }

    /// <summary>The id of the message.</summary>
    public string? MessageId { get; set; }

    /// <summary>The version range that the caller accepts.</summary>
    public string? VersionRange { get; set; }

    /// <summary>
    /// Behind a proxy: the versions that the caller accepts of the services whose proxies the call has passed, as <c>name=range</c>, the
    /// range percent-encoded, with commas between them. Null for an ordinary call.
    /// </summary>
    public string? PassedRanges
    {
        get => _proxy?.Ranges;
        set => Set(value, static (part, text) => part.Ranges = text);
    }

    /// <summary>
    /// Behind a proxy: the proxies that the call has passed, the first one first, with commas between them. Null for an ordinary call.
    /// </summary>
    public string? PassedProxies
    {
        get => _proxy?.Proxies;
        set => Set(value, static (part, text) => part.Proxies = text);
    }

    /// <summary>The number of the snapshot that the call tree reads.</summary>
    public long? Snapshot { get; set; }

    /// <summary>The call tree's draw; 0 where it has none.</summary>
    public uint Draw { get; set; }

    /// <summary>The time that remains for the call; whole milliseconds on the wire.</summary>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>The shard keys, see <see cref="ShardKeyList"/>.</summary>
    public string? ShardKeys { get; set; }

    /// <summary>The name of the calling application.</summary>
    public string? Caller { get; set; }

    /// <summary>The user on whose behalf the call is made.</summary>
    public string? User { get; set; }

    /// <summary>
    /// What proves who calls: a scheme and a secret, e.g. <c>Bearer</c> and a token. It is for the one who is called, and goes on to
    /// nobody.
    /// </summary>
    public string? Authorization { get; set; }

    /// <summary>The fencing token of the owner that the call is made for; null where there is none.</summary>
    public long? FencingToken { get; set; }

    /// <summary>On a request: whether the spans of the call are wanted.</summary>
    public string? Spans { get; set; }

    /// <summary>On a push over a route without queues: the key that it is in order with.</summary>
    public string? Key
    {
        get => _push?.Key;
        set => (_push ??= new PushPart()).Key = value;
    }

    /// <summary>On a push over a route without queues: how long it is kept back; whole milliseconds on the wire.</summary>
    public TimeSpan? Delay
    {
        get => _push?.Delay;
        set => (_push ??= new PushPart()).Delay = value;
    }

    /// <summary>On a push over a route without queues: the time within which it must be begun; whole milliseconds on the wire.</summary>
    public TimeSpan? Lifetime
    {
        get => _push?.Lifetime;
        set => (_push ??= new PushPart()).Lifetime = value;
    }

    /// <summary>Whether there is nothing in it that a context must be made for, beside the caller and the time.</summary>
    internal bool IsPlain =>
        TraceParent is null
        && TraceState is null
        && Baggage is null
        && ShardKeys is null
        && User is null
        && Spans is null
        && Snapshot is null
        && Authorization is null
        && FencingToken is null;

    /// <summary>Forgets everything, so that it can be used for another message.</summary>
    public void Clear()
    {
        (TraceParent, TraceState, Baggage, MessageId, VersionRange) = (null, null, null, null, null);
        (ShardKeys, Caller, User, Spans, Authorization) = (null, null, null, null, null);
        (Snapshot, TimeToLive, Draw, FencingToken, _push, _proxy) = (null, null, 0, null, null, null);
    }

    /// <summary>Takes a header as it came off the wire; false where the name (any case) is not one of ours.</summary>
    /// <exception cref="BadMessageException">The value breaks the header's form.</exception>
    public bool TrySet(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        // Most headers of a request are not ours: the length decides before any comparison does.
        switch (name.Length)
        {
            case 11 when Is(name, HeaderNames.TraceParent): TraceParent = value; return true;
            case 10 when Is(name, HeaderNames.TraceState): TraceState = value; return true;
            case 7 when Is(name, HeaderNames.Baggage): Baggage = value; return true;
            case 7 when Is(name, HeaderNames.TimeToLive): TimeToLive = ParseTimeToLive(value); return true;
            case 7 when Is(name, HeaderNames.Key): Key = Uri.UnescapeDataString(value); return true;
            case 9 when Is(name, HeaderNames.Delay): Delay = ParseLongTime(HeaderNames.Delay, value); return true;
            case 12 when Is(name, HeaderNames.Lifetime): Lifetime = ParseLongTime(HeaderNames.Lifetime, value); return true;
            case 14 when Is(name, HeaderNames.MessageId): MessageId = value; return true;
            case 11 when Is(name, HeaderNames.VersionRange): VersionRange = value; return true;
            case 12 when Is(name, HeaderNames.Snapshot): Snapshot = ParseNumber(HeaderNames.Snapshot, value); return true;
            case 9 when Is(name, HeaderNames.ShardKeys): ShardKeys = value; return true;
            case 10 when Is(name, HeaderNames.Caller): Caller = value; return true;
            case 8 when Is(name, HeaderNames.User): User = value; return true;
            case 13 when Is(name, HeaderNames.Authorization): Authorization = value; return true;
            case 8 when Is(name, HeaderNames.Draw): Draw = ParseDraw(value); return true;
            case 9 when Is(name, HeaderNames.FencingToken): FencingToken = ParseNumber(HeaderNames.FencingToken, value); return true;
            case 7 when Is(name, HeaderNames.PassedProxies): PassedProxies = value; return true;
            case 10 when Is(name, HeaderNames.PassedRanges): PassedRanges = value; return true;
            case 9 when Is(name, HeaderNames.Spans): Spans = value; return true;
            default: return false;
        }
    }

    /// <summary>Hands every header that is set to <paramref name="write"/>.</summary>
    /// <exception cref="BadMessageException">A value has a control character, which could end the header and begin another.</exception>
    public void CopyTo<TState>(TState state, Action<TState, string, string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (TraceParent is not null) write(state, HeaderNames.TraceParent, TraceParent);
        if (TraceState is not null) write(state, HeaderNames.TraceState, Plain(HeaderNames.TraceState, TraceState));
        if (Baggage is not null) write(state, HeaderNames.Baggage, Baggage);
        if (MessageId is not null) write(state, HeaderNames.MessageId, Plain(HeaderNames.MessageId, MessageId));
        if (VersionRange is not null) write(state, HeaderNames.VersionRange, Plain(HeaderNames.VersionRange, VersionRange));
        if (Snapshot is { } snapshot) write(state, HeaderNames.Snapshot, snapshot.ToString(CultureInfo.InvariantCulture));
        if (Draw != 0) write(state, HeaderNames.Draw, Draw.ToString("x", CultureInfo.InvariantCulture));
        if (TimeToLive is { } left) write(state, HeaderNames.TimeToLive, FormatTimeToLive(left));
        if (ShardKeys is not null) write(state, HeaderNames.ShardKeys, ShardKeys);
        if (Caller is not null) write(state, HeaderNames.Caller, Plain(HeaderNames.Caller, Caller));
        if (User is not null) write(state, HeaderNames.User, Plain(HeaderNames.User, User));
        if (Authorization is not null) write(state, HeaderNames.Authorization, Secret(Authorization));
        if (FencingToken is { } token) write(state, HeaderNames.FencingToken, token.ToString(CultureInfo.InvariantCulture));
        if (Spans is not null) write(state, HeaderNames.Spans, Spans);
        if (PassedProxies is { } passed) write(state, HeaderNames.PassedProxies, Plain(HeaderNames.PassedProxies, passed));
        if (PassedRanges is { } ranges) write(state, HeaderNames.PassedRanges, Plain(HeaderNames.PassedRanges, ranges));
        if (Key is not null) write(state, HeaderNames.Key, Uri.EscapeDataString(Key));
        if (Delay is { } delay) write(state, HeaderNames.Delay, FormatTimeToLive(delay));
        if (Lifetime is { } lifetime) write(state, HeaderNames.Lifetime, FormatTimeToLive(lifetime));
    }

    private static string Plain(string name, string value) =>
        value.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && !value.Contains('\u007f', StringComparison.Ordinal)
            ? value
            : throw new BadMessageException(name, $"Header '{name}' can't have control characters; it is '{HeaderText.Shorten(value)}'.");

    // The value is shown to nobody.
    private static string Secret(string value) =>
        value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? throw new BadMessageException(
                HeaderNames.Authorization, $"Header '{HeaderNames.Authorization}' can only have printable ASCII characters.")
            : value;

    private static bool Is(string name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);

    // Rounded down: the far end must never believe that it has more time than the caller. Small numbers are cached strings.
    private static string FormatTimeToLive(TimeSpan left) =>
        ((long)Math.Max(0, left.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);

    private static TimeSpan ParseTimeToLive(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= uint.MaxValue
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new BadMessageException(
                HeaderNames.TimeToLive,
                $"Header '{HeaderNames.TimeToLive}' must be whole milliseconds from 0 to {uint.MaxValue}; " +
                $"it is '{HeaderText.Shorten(value)}'.");

    private static TimeSpan ParseLongTime(string name, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= MaxLongTime
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new BadMessageException(
                name, $"Header '{name}' must be whole milliseconds from 0 to {MaxLongTime}; it is '{HeaderText.Shorten(value)}'.");

    private static long ParseNumber(string name, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new BadMessageException(name, $"Header '{name}' must be a whole number; it is '{HeaderText.Shorten(value)}'.");

    private static uint ParseDraw(string value) =>
        uint.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var draw)
            ? draw
            : throw new BadMessageException(
                HeaderNames.Draw, $"Header '{HeaderNames.Draw}' must be up to eight hex digits; it is '{HeaderText.Shorten(value)}'.");

    private void Set(string? value, Action<ProxyPart, string?> set)
    {
        if (value is not null || _proxy is not null) set(_proxy ??= new ProxyPart(), value);
    }

    private sealed class ProxyPart
    {
        public string? Ranges { get; set; }

        public string? Proxies { get; set; }
    }

    private sealed class PushPart
    {
        public string? Key { get; set; }

        public TimeSpan? Delay { get; set; }

        public TimeSpan? Lifetime { get; set; }
    }
}
