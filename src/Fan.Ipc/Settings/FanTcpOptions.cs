using Fan.Security;

namespace Fan.Ipc;

/// <summary>
/// The settings of the <c>tcp</c> route. Checked as a whole when the application starts. Configuration section: <c>Fan:Tcp</c>.
/// </summary>
public sealed class FanTcpOptions : FanWireOptions, IListenerSettings
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
        foreach (var error in this.ValidateListener()) yield return error;
    }
}
