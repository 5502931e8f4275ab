using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Fan.ZooKeeper.Client;
using Microsoft.Extensions.Logging;

namespace Fan.ZooKeeper;

/// <summary>
/// Turns the TLS settings into those of connections. Reads the files for each, so that what was replaced counts from the next one on.
/// </summary>
internal static class ZooKeeperTls
{
    /// <exception cref="FormatException">A file does not hold what it should.</exception>
    public static Func<string, SslClientAuthenticationOptions>? Create(ZooKeeperTlsOptions options, ILogger logger)
    {
        if (!options.Enabled) return null;
        // What can't be read must fail the start.
        var read = Read(options);
        return host =>
        {
            try
            {
                // What was read before is not disposed: a handshake, a connection that is asked for it again, or whatever Configure did may
                // still use it.
                read = Read(options);
            }
            catch (Exception error)
                when (error is FormatException or IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                // It may be being replaced: what was read last is good until then.
                ClientLog.CertificatesNotRead(logger, error.Message);
            }

            var (authorities, own) = read;
            var settings = new SslClientAuthenticationOptions { TargetHost = options.ServerName ?? host };
            if (own is not null) settings.ClientCertificates = [own];
            if (authorities is not null)
            {
                settings.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck
                };
                settings.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
            }

            options.Configure?.Invoke(settings);
            return settings;
        };
    }

    private static Tuple<X509Certificate2Collection?, X509Certificate2?> Read(ZooKeeperTlsOptions options) => Tuple.Create(
        options.AuthorityFile is { } file ? ReadAuthorities(file) : null,
        options.CertificateFile is { } certificate ? ReadCertificate(certificate, options) : null);

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (CryptographicException error)
        {
            throw new FormatException(
                $"{Name(nameof(ZooKeeperTlsOptions.AuthorityFile))} '{file}' can't be read as PEM: {error.Message}", error);
        }

        return authorities.Count > 0
            ? authorities
            : throw new FormatException($"{Name(nameof(ZooKeeperTlsOptions.AuthorityFile))} '{file}' holds no certificate.");
    }

    private static X509Certificate2 ReadCertificate(string file, ZooKeeperTlsOptions options)
    {
        try
        {
            var certificate = options.KeyPassword is { } password
                ? X509Certificate2.CreateFromEncryptedPemFile(file, password, options.KeyFile)
                : X509Certificate2.CreateFromPemFile(file, options.KeyFile);
            // Windows can't show a certificate whose key was never stored.
            return OperatingSystem.IsWindows()
                ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
                : certificate;
        }
        catch (CryptographicException error)
        {
            throw new FormatException(
                $"{Name(nameof(ZooKeeperTlsOptions.CertificateFile))} '{file}' and its key can't be read as PEM: {error.Message}", error);
        }
    }

    private static string Name(string option) => $"Fan:ZooKeeper:Tls:{option}";
}
