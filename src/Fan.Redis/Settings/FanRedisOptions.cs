using Fan.Redis.Settings;
using Fan.Security;
namespace Fan.Redis;

/// <summary>
/// The settings of the <c>redis</c> route. Checked as a whole when the application starts. Configuration section: <c>Fan:Redis</c>.
/// </summary>
/// <remarks>User and password stay in this process: they are not registered, logged, or part of an error.</remarks>
public sealed class FanRedisOptions
{
    /// <summary>
    /// Whether the application's services are served on this route; without any service nothing is made at the server anyway. Default true.
    /// </summary>
    public bool Serve { get; set; } = true;

    /// <summary>
    /// The server as one text, <c>redis://user:password@host:port/database</c>, or <c>rediss</c> for TLS. What it names goes before the
    /// single settings.
    /// </summary>
    public string? Uri { get; set; }

    /// <summary>
    /// The server's host, or nodes of a cluster with commas between them, each with a port of its own if it has one. Default
    /// <c>localhost</c>.
    /// </summary>
    public string Host { get; set; } = "localhost";

    /// <summary>The server's port. Default 6379.</summary>
    public int Port { get; set; } = 6379;

    /// <summary>The number of the database. Default 0.</summary>
    public int Database { get; set; }

    /// <summary>The user; null for the server's default one.</summary>
    public string? User { get; set; }

    /// <summary>The password; null for a server that asks for none.</summary>
    public string? Password { get; set; }

    /// <summary>Whether the connections are encrypted. Default false.</summary>
    public bool UseTls { get; set; }

    /// <summary>The name that the server's certificate must be for; default the host.</summary>
    public string? ServerName { get; set; }

    /// <summary>A PEM file with the authority that the server's certificate must come from; default those of the system.</summary>
    public string? TrustedCertificatesFile { get; set; }

    /// <summary>A PEM file with this application's certificate, for servers that ask for one.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with the key of <see cref="CertificateFile"/>; default that file itself.</summary>
    public string? KeyFile { get; set; }

    /// <summary>
    /// Allows a server on another machine without encryption: the password and all messages cross the network in plain text. Default false.
    /// </summary>
    public bool AllowPlainText { get; set; }

    /// <summary>
    /// What the names of all keys begin with, so that several systems can share a server. Letters, digits, <c>_</c>, <c>-</c> and <c>.</c>;
    /// default <c>fan</c>.
    /// </summary>
    public string KeyPrefix { get; set; } = "fan";

    /// <summary>The longest that connecting may take. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that the server may take for one command. Default 5 s.</summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many replicas must have a push before it is accepted. Default 0: the server alone.</summary>
    public int WaitForReplicas { get; set; }

    /// <summary>How often consumers look for what became due, or was left by others that died. Default 1 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most messages of one queue whose policy names no bound. Default 1,000,000.</summary>
    public int MaxMessages { get; set; } = 1_000_000;

    /// <summary>The largest payload of a push, in bytes. From 1 KiB to 256 MiB, default 16 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How often the other side of calls in flight is looked for. Default 1 s.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After how much silence a process counts as dead: its calls end, and it gets no more. At least three times
    /// <see cref="ProbeInterval"/>. Default 5 s.
    /// </summary>
    public TimeSpan LivenessTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The requests that this process has in hand at once; more wait at the server. Default 500.</summary>
    public int Prefetch { get; set; } = 500;

    /// <summary>The calls of this process that may be without a reply at once; more are refused. Default 10,000.</summary>
    public int MaxCalls { get; set; } = 10_000;

    /// <summary>The bytes of one sequence that may be unread; one item may go beyond. Default 256 KiB.</summary>
    public int SequenceWindowBytes { get; set; } = 256 * 1024;

    internal IEnumerable<string> Validate()
    {
        if (ServerText.Check(this) is { } problem) yield return problem;
        foreach (var (name, value, least) in new[]
        {
            (nameof(ConnectTimeout), ConnectTimeout, 1),
            (nameof(OperationTimeout), OperationTimeout, 100),
            (nameof(PollInterval), PollInterval, 10),
            (nameof(ProbeInterval), ProbeInterval, 10), (nameof(LivenessTimeout), LivenessTimeout, 100),
        })
        {
            if (value < TimeSpan.FromMilliseconds(least) || value > TimeSpan.FromHours(1))
            {
                yield return $"{name} must be from {least} ms to an hour; it is {value}.";
            }
        }

        if (LivenessTimeout < ProbeInterval * 3)
        {
            yield return $"{nameof(LivenessTimeout)} must be at least three times {nameof(ProbeInterval)} ({ProbeInterval}); " +
                $"it is {LivenessTimeout}.";
        }

        foreach (var (name, value, least, most) in new[]
        {
            (nameof(Database), Database, 0, 1_000_000),
            (nameof(WaitForReplicas), WaitForReplicas, 0, 100),
            (nameof(MaxMessages), MaxMessages, 1, int.MaxValue),
            (nameof(MaxMessageBytes), MaxMessageBytes, 1024, 256 * 1024 * 1024),
            (nameof(Prefetch), Prefetch, 1, 65_535),
            (nameof(MaxCalls), MaxCalls, 1, 1_000_000),
            (nameof(SequenceWindowBytes), SequenceWindowBytes, 1, 1 << 30),
        })
        {
            if (value < least || value > most) yield return $"{name} must be from {least} to {most}; it is {value}.";
        }

        if (KeyPrefix is not { Length: > 0 and <= 64 } || !KeyPrefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
            yield return $"{nameof(KeyPrefix)} must be 1 to 64 letters, digits, '_', '-' or '.'; it is '{KeyPrefix}'.";
        if (KeyFile is not null && CertificateFile is null) yield return $"{nameof(KeyFile)} is set, and {nameof(CertificateFile)} is not.";
        foreach (var error in TlsSettings.Missing(CertificateFile, KeyFile, TrustedCertificatesFile)) yield return error;
    }
}
