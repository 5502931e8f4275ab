namespace Fan.Ipc;

/// <summary>The settings that the <c>ipc</c> and <c>tcp</c> routes share: they are one protocol.</summary>
public abstract class FanWireOptions
{
    private protected FanWireOptions()
    {
    }

    /// <summary>
    /// Whether the application's services are served on this route; without any service nothing listens anyway. Default true.
    /// </summary>
    public bool Serve { get; set; } = true;

    /// <summary>
    /// The longest that connecting may take, hello included, before another endpoint is tried; and the time in which a caller must have
    /// said hello. Default 3 s.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>After how much silence the peer is asked whether it is there. Default 15 s.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the answer to that may take before the connection is given up. Default 15 s.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>After how much silence the peer is asked whether it is there while calls wait for its replies. Default 2 s.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the answer to that may take before those calls break off and the endpoint is left out for a while. Default 4 s.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// The connections that are accepted at once. Those that have not said hello make room, the oldest first; beyond that a caller is told
    /// so and calls elsewhere. Default 1,000.
    /// </summary>
    public int MaxConnections { get; set; } = 1_000;

    /// <summary>The calls that may be open on one connection; more wait at their caller. Default 4,096.</summary>
    public int MaxCallsPerConnection { get; set; } = 4_096;

    /// <summary>The names of methods and headers that a peer may intern on one connection. Default 4,096.</summary>
    public int MaxNamesPerConnection { get; set; } = 4_096;

    /// <summary>
    /// The bytes of one connection's requests, or of the items of all its sequences, that may be unread; one frame may go beyond. Default
    /// 16 MiB.
    /// </summary>
    public int WindowBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// The bytes of one connection's replies that may wait for its caller to read them; beyond it no more of its requests are begun.
    /// Default 4 MiB.
    /// </summary>
    public int ReplyWindowBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The bytes of one sequence that may be unread; one item may go beyond. Default 256 KiB.</summary>
    public int SequenceWindowBytes { get; set; } = 256 * 1024;

    internal virtual IEnumerable<string> Validate()
    {
        foreach (var (name, value) in new[]
        {
            (nameof(ConnectTimeout), ConnectTimeout),
            (nameof(KeepAliveInterval), KeepAliveInterval),
            (nameof(KeepAliveTimeout), KeepAliveTimeout),
            (nameof(ProbeInterval), ProbeInterval),
            (nameof(ProbeTimeout), ProbeTimeout)
        })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromHours(1))
            {
                yield return $"{name} must be above zero and at most an hour; it is {value}.";
            }
        }

        foreach (var (name, value, most) in new[]
        {
            (nameof(MaxConnections), MaxConnections, 1_000_000),
            (nameof(MaxCallsPerConnection), MaxCallsPerConnection, 1_000_000),
            (nameof(WindowBytes), WindowBytes, 1 << 30),
            (nameof(ReplyWindowBytes), ReplyWindowBytes, 1 << 30),
            (nameof(SequenceWindowBytes), SequenceWindowBytes, 1 << 30)
        })
        {
            if (value < 1 || value > most) yield return $"{name} must be from 1 to {most}; it is {value}.";
        }

        if (MaxNamesPerConnection is < 0 or > 1_000_000)
        {
            yield return $"{nameof(MaxNamesPerConnection)} must be from 0 to 1,000,000; it is {MaxNamesPerConnection}.";
        }
    }
}
