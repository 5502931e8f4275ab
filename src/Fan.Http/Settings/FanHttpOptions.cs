using Fan.Http.Settings;
using System.Net;
using Fan.Security;

namespace Fan.Http;

/// <summary>
/// The settings of the HTTP route. Checked as a whole when the application starts. Configuration section: <c>Fan:Http</c>.
/// </summary>
public sealed class FanHttpOptions : IListenerSettings
{
    /// <summary>
    /// Whether the application's services are served over HTTP; without any service nothing listens anyway. Default true.
    /// </summary>
    public bool Serve { get; set; } = true;

    /// <summary>The IP address to listen on. Default 127.0.0.1.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port to listen on; 0 takes a free one. Default 0.</summary>
    public int Port { get; set; }

    /// <summary>Allows an address that other machines can reach, without encryption. Default false.</summary>
    public bool AllowNonLoopback { get; set; }

    /// <summary>
    /// The host that callers are told; default the address. With TLS the certificate must be for it. Needed where that is a wildcard
    /// (0.0.0.0, ::). An IPv6 address stands in brackets.
    /// </summary>
    public string? AdvertisedHost { get; set; }

    /// <summary>The port that callers are told; default the one listened on.</summary>
    public int? AdvertisedPort { get; set; }

    /// <summary>
    /// A PEM or PFX (<c>.pfx</c>, <c>.p12</c>) file with this application's certificate, and those between it and its authority. With it
    /// the listener takes HTTPS only, and callers show it where they are asked. Read again when it changes.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with the key of <see cref="CertificateFile"/>; default that file itself.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The password of the PFX, or of the key where that is encrypted.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>
    /// A PEM file with the authorities that certificates of peers must come from; default those of the system. With it, endpoints without
    /// TLS are not called.
    /// </summary>
    public string? TrustedCertificatesFile { get; set; }

    /// <summary>
    /// Allows calls without TLS where <see cref="TrustedCertificatesFile"/> is set, and tokens without it to other machines. Default false.
    /// </summary>
    public bool AllowPlainText { get; set; }

    /// <summary>Whether callers are asked for a certificate and may go without; one that is shown must be valid. Default false.</summary>
    public bool AskForClientCertificate { get; set; }

    /// <summary>Whether callers must show a certificate (mutual TLS). Default false.</summary>
    public bool RequireClientCertificate { get; set; }

    /// <summary>
    /// The origins of web pages that may call, each as browsers write it (<c>https://shop.example</c>, <c>http://localhost:3000</c>), or
    /// <c>*</c> for any; what pages of others send is refused. They are answered as CORS asks. Default none: only pages that have the
    /// origin of the listener itself.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>
    /// Whether pages of <see cref="AllowedOrigins"/> may use the browser's certificate, or its cookies for something that stands before the
    /// listener. Not together with <c>*</c>. Default false.
    /// </summary>
    public bool AllowCredentials { get; set; }

    /// <summary>
    /// The host names under which the listener may be asked for (<c>wines.example</c>, <c>*.example.com</c>, <c>*</c> for any), beside
    /// <see cref="AdvertisedHost"/> and those of loopback, and on an address that others can reach beside every IP address. Default none.
    /// </summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>
    /// How many connections the listener holds at once, from 1 to 1,000,000; who comes beyond is told to go elsewhere. With HTTP/1.1 each
    /// call in flight has one. Default 1,000.
    /// </summary>
    public int MaxConnections { get; set; } = 1_000;

    /// <summary>
    /// The HTTP version between Fan applications: 1.1, or 2.0 where the far end says that it takes it. Default 2.0, which needs half the
    /// CPU per call with many callers.
    /// </summary>
    public Version CallVersion { get; set; } = HttpVersion.Version20;

    /// <summary>The longest that connecting may take before another endpoint is tried. Default 3 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// After how much silence on an HTTP/2 connection the peer is asked whether it is there, while calls wait for its replies. At least 1
    /// s. Default 2 s.
    /// </summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the answer to that may take before those calls break off. At least 1 s. Default 4 s.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// When the application stops: how long no call may have come, after it left the store, before the listener closes; eight
    /// times as long at the most. More than the time that callers need to hear of it. Zero closes at once. Default 250 ms.
    /// </summary>
    public TimeSpan QuietTime { get; set; } = TimeSpan.FromMilliseconds(250);

    internal IEnumerable<string> Validate()
    {
        foreach (var error in this.ValidateListener()) yield return error;
        foreach (var problem in AllowedOrigins.Select(WebOrigin.ProblemOf)
            .Concat(AllowedHosts.Select(HostNames.ProblemOf)).OfType<string>())
        {
            yield return problem;
        }

        if (AllowCredentials && AllowedOrigins.Count == 0)
        {
            yield return $"{nameof(AllowCredentials)} is for pages of {nameof(AllowedOrigins)}, and none is set.";
        }

        if (AllowedOrigins.Contains(WebOrigin.Any) && (AllowCredentials || this.AsksCallers()))
        {
            yield return $"{nameof(AllowedOrigins)} can't be '*' where " +
                $"{(AllowCredentials ? nameof(AllowCredentials) : "callers are asked for a certificate")}: " +
                "any page would call in the name of who visits it. Name the origins.";
        }

        if (CallVersion != HttpVersion.Version11 && CallVersion != HttpVersion.Version20)
        {
            yield return $"{nameof(CallVersion)} must be 1.1 or 2.0; it is {CallVersion}.";
        }

        if (MaxConnections is < 1 or > 1_000_000)
        {
            yield return $"{nameof(MaxConnections)} must be from 1 to 1,000,000; it is {MaxConnections}.";
        }

        if (QuietTime < TimeSpan.Zero || QuietTime > TimeSpan.FromMinutes(1))
        {
            yield return $"{nameof(QuietTime)} must be from zero to a minute; it is {QuietTime}.";
        }

        foreach (var (name, value) in new[] { (nameof(ProbeInterval), ProbeInterval), (nameof(ProbeTimeout), ProbeTimeout) })
        {
            if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromHours(1))
            {
                yield return $"{name} must be from a second to an hour; it is {value}.";
            }
        }

        if (ConnectTimeout <= TimeSpan.Zero || ConnectTimeout > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(ConnectTimeout)} must be above zero and at most an hour; it is {ConnectTimeout}.";
        }
    }
}
