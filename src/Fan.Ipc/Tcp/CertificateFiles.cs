using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Fan.Ipc.Serving;
using Microsoft.Extensions.Logging;

namespace Fan.Ipc.Tcp;

/// <summary>The certificates in files, read again when those change. Safe from any thread.</summary>
internal sealed class CertificateFiles(FanTcpOptions options, ILogger logger)
{
    private readonly Lock _gate = new();
    private SslStreamCertificateContext? _own;
    private DateTime _ownRead;
    private X509Certificate2Collection? _trusted;
    private DateTime _trustedRead;

    /// <summary>This application's certificate; null where it has none.</summary>
    /// <exception cref="InvalidOperationException">It can't be read; the message says which file.</exception>
    public SslStreamCertificateContext? Own
    {
        get
        {
            if (options.CertificateFile is not { } file) return null;
            lock (_gate) return Refresh(ref _own, ref _ownRead, Newest(file, options.KeyFile), file, ReadOwn);
        }
    }

    /// <summary>How a peer's certificate is checked; null for the way of the system.</summary>
    public X509ChainPolicy? Policy
    {
        get
        {
            if (options.TrustedCertificatesFile is not { } file) return null;
            X509Certificate2Collection trusted;
            lock (_gate) trusted = Refresh(ref _trusted, ref _trustedRead, Newest(file, null), file, ReadTrusted)!;
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(trusted);
            return policy;
        }
    }

    private T? Refresh<T>(ref T? current, ref DateTime read, DateTime changed, string file, Func<T> load)
        where T : class
    {
        if (current is not null && changed == read) return current;
        try
        {
            current = load();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (current is null) throw new InvalidOperationException($"The certificate in {file} can't be read: {error.Message}", error);
            WireLog.CertificateUnreadable(logger, file, error.Message);
        }

        read = changed;
        return current;
    }

    private SslStreamCertificateContext ReadOwn()
    {
        var certificate = X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.CertificateFile!);
        if (OperatingSystem.IsWindows())
        {
            // Its TLS takes no key that is in memory only.
            certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }

        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    private X509Certificate2Collection ReadTrusted()
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(options.TrustedCertificatesFile!);
        return trusted.Count > 0 ? trusted : throw new CryptographicException("it has no certificate");
    }

    private static DateTime Newest(string file, string? other)
    {
        var time = File.GetLastWriteTimeUtc(file);
        return other is not null && File.GetLastWriteTimeUtc(other) is var second && second > time ? second : time;
    }
}
