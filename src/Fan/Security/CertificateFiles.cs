using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Fan.Security;

/// <summary>The certificates in files, PEM or PFX, read again when what stands in them changes, however they were replaced. Safe from any thread.</summary>
internal sealed class CertificateFiles(ITlsSettings settings, ILogger logger)
{
    private readonly Lock _gate = new();
    private SslStreamCertificateContext? _own;
    private string? _ownRead;
    private X509Certificate2Collection? _trusted;
    private string? _trustedRead;

    /// <summary>This application's certificate; null where it has none.</summary>
    /// <exception cref="InvalidOperationException">It can't be read; the message says which file.</exception>
    public SslStreamCertificateContext? Own
    {
        get
        {
            if (settings.CertificateFile is not { } file) return null;
            lock (_gate) return Refresh(ref _own, ref _ownRead, ContentOf(file, settings.KeyFile), file, ReadOwn);
        }
    }

    /// <summary>How a peer's certificate is checked; null for the way of the system.</summary>
    /// <exception cref="InvalidOperationException">The authorities can't be read; the message says which file.</exception>
    public X509ChainPolicy? Policy
    {
        get
        {
            if (settings.TrustedCertificatesFile is not { } file) return null;
            X509Certificate2Collection trusted;
            lock (_gate) trusted = Refresh(ref _trusted, ref _trustedRead, ContentOf(file, null), file, ReadTrusted)!;
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(trusted);
            return policy;
        }
    }

    /// <summary>Changes whenever what stands in one of the files does.</summary>
    public (string? Own, string? Trusted) Stamp =>
        (settings.CertificateFile is { } own ? ContentOf(own, settings.KeyFile) : null, settings.TrustedCertificatesFile is { } trusted ? ContentOf(trusted, null) : null);

    /// <summary>Whether a file has a certificate together with its key, in the form of PKCS #12.</summary>
    public static bool IsPfx(string? file) => Path.GetExtension(file) is { } ending && (ending.Equals(".pfx", StringComparison.OrdinalIgnoreCase) || ending.Equals(".p12", StringComparison.OrdinalIgnoreCase));

    /// <summary>How a listener of this application begins TLS.</summary>
    public SslServerAuthenticationOptions ForServer(SslStreamCertificateContext own) => new()
    {
        ServerCertificateContext = own,
        ClientCertificateRequired = settings.AsksCallers(),
        CertificateChainPolicy = Policy,
        // One that is shown must be valid in any case.
        RemoteCertificateValidationCallback = settings.RequireClientCertificate
            ? null
            : static (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNotAvailable) == SslPolicyErrors.None,
    };

    private T? Refresh<T>(ref T? current, ref string? read, string changed, string file, Func<T> load)
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
            SecurityLog.CertificateUnreadable(logger, file, error.Message);
        }

        read = changed;
        return current;
    }

    private SslStreamCertificateContext ReadOwn()
    {
        var file = settings.CertificateFile!;
        X509Certificate2? certificate;
        var chain = new X509Certificate2Collection();
        if (IsPfx(file))
        {
            chain = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, settings.CertificatePassword);
            certificate = chain.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("it has no key");
        }
        else
        {
            certificate = settings.CertificatePassword is { } password
                ? X509Certificate2.CreateFromEncryptedPemFile(file, password, settings.KeyFile)
                : X509Certificate2.CreateFromPemFile(file, settings.KeyFile);
            chain.ImportFromPemFile(file);
        }

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
        trusted.ImportFromPemFile(settings.TrustedCertificatesFile!);
        return trusted.Count > 0 ? trusted : throw new CryptographicException("it has no certificate");
    }

    // Times say nothing: a switched link leads to files that may be older, as may be what is copied with its times.
    private static string ContentOf(string file, string? other) => other is null ? ContentOf(file) : ContentOf(file) + ContentOf(other);

    private static string ContentOf(string file)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whoever reads it next is told.
            return error.GetType().Name;
        }
    }
}
