using System.Collections.Frozen;
using System.Diagnostics;
using System.Security.Claims;
using Fan.Context;
using Fan.Settings;
using Fan.Tree;

namespace Fan;

/// <summary>What travels with a call, in process through awaits and to other processes in the headers. Immutable.</summary>
/// <remarks>
/// The trace itself is <see cref="Activity.Current"/>; where nobody listens to activities, what arrived is passed on unchanged.
/// </remarks>
public sealed record CallContext
{
    private static readonly AsyncLocal<CallContext?> Ambient = new();

    /// <summary>The context of the running call; <see cref="Empty"/> outside of any.</summary>
    public static CallContext Current => Ambient.Value ?? Empty;

    /// <summary>The context of nobody.</summary>
    public static CallContext Empty { get; } = new();

    /// <summary>
    /// W3C baggage: names and values that everybody down the call tree can read. A name has ASCII letters, digits and
    /// <c>!#$%&amp;'*+-.^_`|~</c>.
    /// </summary>
    /// <exception cref="BadArgumentException">A name has something else, such as a space, and could not travel.</exception>
    public IReadOnlyDictionary<string, string> Baggage
    {
        get;
        init => field = Messaging.Baggage.Required(value);
    } = FrozenDictionary<string, string>.Empty;

    /// <summary>The application that made the call, as it says itself; null outside of any.</summary>
    public string? Caller { get; init; }

    /// <summary>The user on whose behalf the call is made, as the caller says.</summary>
    public string? User { get; init; }

    /// <summary>
    /// Who made the call, as it was proven: by a certificate, a token, or the web application around it; null where nothing proved it. It
    /// is known to all that runs in this process for the call, and goes on to no other.
    /// </summary>
    public ClaimsPrincipal? Principal { get; init; }

    /// <summary>The values of the shard keys with which the running service was called, in the order of its name's brackets.</summary>
    public IReadOnlyList<string> ShardKeys { get; init; } = [];

    /// <summary>
    /// The message that is being handled, by the running call or by one that caused it within the process; null where there is none.
    /// </summary>
    public PushInfo? Push { get; init; }

    /// <summary>The time that is left for the call; null where there is no limit.</summary>
    public TimeSpan? Remaining => Deadline.Remaining;

    /// <summary>The W3C trace id (32 hex digits); null where the call is not traced.</summary>
    public string? TraceId => Activity.Current?.TraceId.ToHexString() ?? (TraceParent is { } parent ? parent.Substring(3, 32) : null);

    /// <summary>
    /// The number of the snapshot that the call tree reads: all calls in it see the routes as of that commit. Null outside of any tree.
    /// </summary>
    public long? Snapshot => Tree?.Number ?? SnapshotNumber;

    /// <summary>
    /// Grows with each owner of the shard that the running call is served for. Hand it to whatever the call writes to, which refuses a
    /// lower one than it has seen: so an owner that was replaced without knowing can't do harm. Null where the service has no shards.
    /// </summary>
    public long? FencingToken { get; init; }

    /// <summary>The snapshot itself, once it is known here.</summary>
    internal TreeSnapshot? Tree { get; init; }

    /// <summary>The number that came with the call.</summary>
    internal long? SnapshotNumber { get; init; }

    internal uint Draw { get; init; }

    /// <summary>The proxies that the call has passed, this one included, while a proxy handles it; null otherwise.</summary>
    internal string? PassedProxies { get; init; }

    internal string? TraceParent { get; init; }

    internal string? TraceState { get; init; }

    internal Deadline Deadline { get; init; }

    /// <summary>
    /// Whether somebody in this process said how long calls may take, so that the limits of methods and of the application do not count.
    /// </summary>
    internal bool IsTimed { get; init; }

    internal CallTrace? Recorder { get; init; }

    internal int RecorderSpan { get; init; } = CallTrace.Root;

    /// <summary>
    /// This context with a time limit of its own: calls made in it end within <paramref name="timeout"/>, be that less or more than their
    /// method or <see cref="FanOptions.DefaultTimeout"/> allows, and within what was left anyway.
    /// </summary>
    /// <param name="timeout">
    /// Up to 49 days; <see cref="Timeout.InfiniteTimeSpan"/> has no limit but what was left. With zero, calls end at once with
    /// <see cref="DeadlineExceededException"/>.
    /// </param>
    /// <param name="clock">What measures it. Default: the system's clock.</param>
    /// <exception cref="BadArgumentException"><paramref name="timeout"/> is out of its range.</exception>
    public CallContext WithTimeout(TimeSpan timeout, TimeProvider? clock = null)
    {
        var limit = TimeLimit.Required(timeout) is { } own
            ? Context.Deadline.In(Deadline.Within(own) ?? own, clock ?? TimeProvider.System)
            : Deadline;
        return this with { Deadline = limit, IsTimed = true };
    }

    /// <summary>Makes this the current context until the scope is disposed: <c>using (context.Use()) { … }</c>.</summary>
    public Scope Use()
    {
        var scope = new Scope(Ambient.Value);
        Ambient.Value = this;
        return scope;
    }

    /// <summary>Puts the context back that was current before.</summary>
    public readonly struct Scope : IDisposable, IEquatable<Scope>
    {
        private readonly CallContext? _before;

        internal Scope(CallContext? before) => _before = before;

        /// <inheritdoc/>
        public void Dispose() => Ambient.Value = _before;

        /// <inheritdoc/>
        public bool Equals(Scope other) => ReferenceEquals(_before, other._before);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Scope other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode() => _before?.GetHashCode() ?? 0;

        /// <summary>Whether both put back the same context.</summary>
        public static bool operator ==(Scope left, Scope right) => left.Equals(right);

        /// <summary>Whether they do not.</summary>
        public static bool operator !=(Scope left, Scope right) => !left.Equals(right);
    }
}
