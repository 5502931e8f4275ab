using System.Net.Security;

namespace Fan.ZooKeeper;

/// <summary>How connections with the ensemble are secured. Configuration section: <c>Fan:ZooKeeper:Tls</c>.</summary>
public sealed class ZooKeeperTlsOptions
{
    /// <summary>Whether connections are made with TLS, to the servers' secure port. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// A PEM file with the authorities that the servers' certificates must come from; without it those that the machine trusts.
    /// </summary>
    public string? AuthorityFile { get; set; }

    /// <summary>A PEM file with the certificate that this client shows; none by default.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>A PEM file with the key of <see cref="CertificateFile"/>; without it the key stands in the same file.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The password of the key, where it has one.</summary>
    public string? KeyPassword { get; set; }

    /// <summary>The name that the servers' certificates are for, where it is not the host's.</summary>
    public string? ServerName { get; set; }

    /// <summary>Changes the settings of a connection in code, after all of the above.</summary>
    public Action<SslClientAuthenticationOptions>? Configure { get; set; }

    internal IEnumerable<string> Validate()
    {
        foreach (var (name, file) in new[]
        {
            (nameof(AuthorityFile), AuthorityFile),
            (nameof(CertificateFile), CertificateFile),
            (nameof(KeyFile), KeyFile)
        })
        {
            if (file is null) continue;
            if (!Enabled) yield return $"Tls.{name} is given, and Tls.{nameof(Enabled)} is false: without TLS it would have no effect.";
            else if (!File.Exists(file)) yield return $"Tls.{name} '{file}' does not exist.";
        }

        if (KeyFile is not null && CertificateFile is null) yield return $"Tls.{nameof(KeyFile)} needs Tls.{nameof(CertificateFile)}.";
    }
}
