using Fan.ZooKeeper.Client;

namespace Fan.ZooKeeper;

/// <summary>
/// The settings of ZooKeeper stores; which ensemble it is says the store's URL. Checked as a whole when the application starts.
/// Configuration section: <c>Fan:ZooKeeper</c>.
/// </summary>
public sealed class ZooKeeperOptions
{
    internal static readonly TimeSpan LeastSession = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan LongestSession = TimeSpan.FromHours(1);

    /// <summary>The user of ZooKeeper's digest scheme; none by default.</summary>
    public string? User { get; set; }

    /// <summary>The password of <see cref="User"/>. It travels in plain text unless <see cref="Tls"/> is on.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// Who may do what with the nodes that are created, each as <c>scheme:id:permissions</c>, e.g. <c>auth::cdrwa</c> (who created it)
    /// or <c>world:anyone:r</c>. Empty: only who created it where there is a <see cref="User"/>, otherwise everybody.
    /// </summary>
    public IList<string> Acl { get; } = [];

    /// <summary>How connections are secured.</summary>
    public ZooKeeperTlsOptions Tls { get; } = new();

    /// <summary>
    /// For how long a process that does not answer keeps its endpoints; <c>?session=</c> in the URL wins. From 1 s to 1 h, default 10 s.
    /// Servers bound it, by default to 2–20 of their ticks.
    /// </summary>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long a request waits for a connection while the ensemble is away. Default 10 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many requests may be in flight; further ones wait. Default 1024.</summary>
    public int MaxRequestsInFlight { get; set; } = 1024;

    /// <summary>How many bytes of requests may be in flight; further ones wait. Default 16 MiB.</summary>
    public long MaxBytesInFlight { get; set; } = 16 * 1024 * 1024;

    /// <summary>The largest request that the servers take: their <c>jute.maxbuffer</c>. Default 1,048,575 bytes, as theirs.</summary>
    public int MaxRequestBytes { get; set; } = 0xfffff;

    /// <summary>The largest reply that is taken, which bounds how many children a node may have. Default 64 MiB.</summary>
    public int MaxReplyBytes { get; set; } = 64 * 1024 * 1024;

    internal IEnumerable<string> Validate()
    {
        if (User is "" || User?.Contains(':') == true) yield return $"{nameof(User)} must be a name without a colon.";
        if (User is null != Password is null) yield return $"{nameof(User)} and {nameof(Password)} go together: one of them is missing.";
        foreach (var rule in Acl)
        {
            if (Problem(rule) is { } problem) yield return problem;
        }

        foreach (var problem in Tls.Validate()) yield return problem;
        if (SessionTimeout < LeastSession || SessionTimeout > LongestSession)
        {
            yield return $"{nameof(SessionTimeout)} must be from 1 s to 1 h; it is {SessionTimeout}.";
        }

        if (RequestTimeout <= TimeSpan.Zero || RequestTimeout > LongestSession)
        {
            yield return $"{nameof(RequestTimeout)} must be above zero and at most 1 h; it is {RequestTimeout}.";
        }

        if (MaxRequestsInFlight is < 1 or > 1_000_000)
        {
            yield return $"{nameof(MaxRequestsInFlight)} must be from 1 to 1,000,000; it is {MaxRequestsInFlight}.";
        }

        if (MaxBytesInFlight is < 1024 or > int.MaxValue)
        {
            yield return $"{nameof(MaxBytesInFlight)} must be from 1 KiB to 2 GiB; it is {MaxBytesInFlight}.";
        }

        if (MaxRequestBytes is < 1024 or > 1 << 30)
        {
            yield return $"{nameof(MaxRequestBytes)} must be from 1 KiB to 1 GiB; it is {MaxRequestBytes}.";
        }

        if (MaxReplyBytes is < 1024 or > 1 << 30)
        {
            yield return $"{nameof(MaxReplyBytes)} must be from 1 KiB to 1 GiB; it is {MaxReplyBytes}.";
        }
    }

    private string? Problem(string rule)
    {
        try
        {
            return AccessRule.Parse(rule).Scheme == "auth" && User is null && Tls.CertificateFile is null
                ? $"{nameof(Acl)} has '{rule}', which is for who created the node, and there is no {nameof(User)}."
                : null;
        }
        catch (FormatException error)
        {
            return $"{nameof(Acl)}: {error.Message}";
        }
    }
}
