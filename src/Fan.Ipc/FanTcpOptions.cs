using System.Net;
using Fan.Security;

namespace Fan.Ipc;

/// <summary>
/// The settings of the <c>tcp</c> route. Checked as a whole when the application starts. Configuration section: <c>Fan:Tcp</c>.
/// </summary>
public sealed class FanTcpOptions : FanWireOptions, ITlsSettings
{
    /// <summary>The IP address to listen on. Default 127.0.0.1.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port to listen on; 0 takes a free one. Default 0.</summary>
    public int Port { get; set; }

    /// <summary>Allows an address that other machines can reach, without encryption. Default false.</summary>
    public bool AllowNonLoopback { get; set; }

    /// <summary>
    /// The host that callers are told; default the address. With TLS the certificate must be for it. An IPv6 address stands in brackets.
    /// </summary>
    public string? AdvertisedHost { get; set; }

    /// <summary>The port that callers are told; default the one listened on.</summary>
    public int? AdvertisedPort { get; set; }

    /// <summary>
    /// A PEM or PFX (<c>.pfx</c>, <c>.p12</c>) file with this application's certificate, and those between it and its authority. With it
    /// the listener takes TLS only, and callers show it where they are asked. Read again when it changes.
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

    internal override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (!IPAddress.TryParse(Address, out var address))
        {
            yield return $"{nameof(Address)} must be an IP address; it is '{Address}'.";
        }
        else if (Serve)
        {
            if (!IPAddress.IsLoopback(address) && CertificateFile is null && !AllowNonLoopback)
            {
                yield return $"{nameof(Address)} {Address} can be reached by other machines, in plain text: " +
                    $"set {nameof(CertificateFile)}, or {nameof(AllowNonLoopback)} if that is meant.";
            }
            if (AdvertisedHost is null && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
                yield return $"{nameof(AdvertisedHost)} must say how others reach this machine, as {nameof(Address)} {Address} does not.";
        }

        if (Port is < 0 or > 65535) yield return $"{nameof(Port)} must be from 0 to 65535; it is {Port}.";
        if (AdvertisedPort is < 1 or > 65535) yield return $"{nameof(AdvertisedPort)} must be from 1 to 65535; it is {AdvertisedPort}.";
        if (AdvertisedHost is not null && Uri.CheckHostName(AdvertisedHost) == UriHostNameType.Unknown)
            yield return $"{nameof(AdvertisedHost)} must be a host name or an IP address (IPv6 in brackets); it is '{AdvertisedHost}'.";
        foreach (var error in TlsSettings.Validate(this)) yield return error;
    }
}
