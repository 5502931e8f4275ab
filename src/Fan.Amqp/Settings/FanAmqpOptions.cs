using Fan.Amqp.Settings;
using System.Net;
using Fan.Security;

namespace Fan.Amqp;

/// <summary>
/// The settings of the <c>amqp</c> route. Checked as a whole when the application starts. Configuration section: <c>Fan:Amqp</c>.
/// </summary>
/// <remarks>User and password stay in this process: they are not registered, logged, or part of an error.</remarks>
public sealed class FanAmqpOptions
{
    /// <summary>
    /// Whether the application's services are served on this route; without any service nothing is declared anyway. Default true.
    /// </summary>
    public bool Serve { get; set; } = true;

    /// <summary>
    /// The broker as one text, <c>amqp://user:password@host:port/vhost</c>, or <c>amqps</c> for TLS. What it names goes before the single
    /// settings.
    /// </summary>
    public string? Uri { get; set; }

    /// <summary>
    /// The broker's host, or the hosts of a cluster with commas between them, each with a port of its own if it has one. Default
    /// <c>localhost</c>.
    /// </summary>
    public string Host { get; set; } = "localhost";

    /// <summary>The broker's port; 0 takes 5672, or 5671 with TLS. Default 0.</summary>
    public int Port { get; set; }

    /// <summary>The virtual host. Default <c>/</c>.</summary>
    public string VirtualHost { get; set; } = "/";

    /// <summary>The user. Default <c>guest</c>, which brokers let in from their own machine only.</summary>
    public string User { get; set; } = "guest";

    /// <summary>The password. Default <c>guest</c>.</summary>
    public string Password { get; set; } = "guest";

    /// <summary>Whether the connection is encrypted. Default false.</summary>
    public bool UseTls { get; set; }

    /// <summary>The name that the broker's certificate must be for; default the host.</summary>
    public string? ServerName { get; set; }

    /// <summary>A PEM file with the authorities that the broker's certificate must come from; default those of the system.</summary>
    public string? TrustedCertificatesFile { get; set; }

    /// <summary>A PEM file with this application's certificate, for brokers that ask for one.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with the key of <see cref="CertificateFile"/>; default that file itself.</summary>
    public string? KeyFile { get; set; }

    /// <summary>
    /// Allows a broker on another machine without encryption: the password crosses the network in plain text. Default false.
    /// </summary>
    public bool AllowPlainText { get; set; }

    /// <summary>The longest that connecting may take. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often both sides show that they are there; after twice that time of silence the connection is given up. Whole seconds. Default 4
    /// s.
    /// </summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// How often the other side of calls in flight is looked for. A call to a process that died ends after at most twice that time. Default
    /// 1 s.
    /// </summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The requests that this process has in hand at once; more wait at the broker. Default 500.</summary>
    public int Prefetch { get; set; } = 500;

    /// <summary>The calls of this process that may be without a reply at once; more are refused. Default 10,000.</summary>
    public int MaxCalls { get; set; } = 10_000;

    /// <summary>The bytes of one sequence that may be unread; one item may go beyond. Default 256 KiB.</summary>
    public int SequenceWindowBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// The most bytes of the payload of a push. A broker has a bound of its own, <c>max_message_size</c>: 16 MiB since RabbitMQ 4, 128 MiB
    /// before. Default 16 MiB.
    /// </summary>
    public int MaxMessageBytes { get; set; } = 16 * 1024 * 1024;

    internal IEnumerable<string> Validate()
    {
        if (BrokerText.Check(this) is { } problem) yield return problem;
        foreach (var (name, value, least) in new[]
        {
            (nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(1)),
            (nameof(Heartbeat), Heartbeat, TimeSpan.FromSeconds(1)),
            (nameof(ProbeInterval), ProbeInterval, TimeSpan.FromMilliseconds(10)),
        })
        {
            if (value < least || value > TimeSpan.FromHours(1)) yield return $"{name} must be from {least} to an hour; it is {value}.";
        }

        foreach (var (name, value, most) in new[]
        {
            (nameof(Prefetch), Prefetch, ushort.MaxValue),
            (nameof(MaxCalls), MaxCalls, 1_000_000),
            (nameof(SequenceWindowBytes), SequenceWindowBytes, 1 << 30)
        })
        {
            if (value < 1 || value > most) yield return $"{name} must be from 1 to {most}; it is {value}.";
        }

        if (MaxMessageBytes is < 1024 or > 256 * 1024 * 1024)
        {
            yield return $"{nameof(MaxMessageBytes)} must be from 1 KiB to 256 MiB; it is {MaxMessageBytes}.";
        }

        if (KeyFile is not null && CertificateFile is null) yield return $"{nameof(KeyFile)} is set, and {nameof(CertificateFile)} is not.";
        foreach (var error in TlsSettings.Missing(CertificateFile, KeyFile, TrustedCertificatesFile)) yield return error;
    }
}
