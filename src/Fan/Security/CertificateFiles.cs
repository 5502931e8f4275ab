using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Fan.Security;

/// <summary>
/// The certificates in files, PEM or PFX, read again within a second when what stands in them changes, however they were replaced. Safe
/// from any thread.
/// </summary>
internal sealed class CertificateFiles(ITlsSettings settings, TimeProvider clock, ILogger logger)
{
    // Strangers can open connections faster than files are read.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CertificateFile<SslStreamCertificateContext> _own = new();
    private readonly CertificateFile<X509Certificate2Collection> _trusted = new();

    /// <summary>This application's certificate; null where it has none.</summary>
    /// <exception cref="InvalidOperationException">It can't be read; the message says which file.</exception>
    public SslStreamCertificateContext? Own
    {
        get
        {
            if (settings.CertificateFile is not { } file) return null;
            lock (_gate) return Refresh(_own, file, settings.KeyFile, ReadOwn, LookInterval);
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
            lock (_gate) trusted = Refresh(_trusted, file, null, ReadTrusted, LookInterval);
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck
            };
            policy.CustomTrustStore.AddRange(trusted);
            return policy;
        }
    }

    /// <summary>Looks at once, and says what stands in the files: it changes whenever that does.</summary>
    /// <exception cref="InvalidOperationException">They can't be read; the message says which one.</exception>
    public (string? Own, string? Trusted) Look()
    {
        lock (_gate)
        {
            if (settings.CertificateFile is { } own) Refresh(_own, own, settings.KeyFile, ReadOwn, TimeSpan.Zero);
            if (settings.TrustedCertificatesFile is { } trusted) Refresh(_trusted, trusted, null, ReadTrusted, TimeSpan.Zero);
            return (_own.Content, _trusted.Content);
        }
    }

    /// <summary>Whether a file has a certificate together with its key, in the form of PKCS #12.</summary>
    public static bool IsPfx(string? file) => Path.GetExtension(file) is { } ending
        && (ending.Equals(".pfx", StringComparison.OrdinalIgnoreCase) || ending.Equals(".p12", StringComparison.OrdinalIgnoreCase));

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

    private T Refresh<T>(CertificateFile<T> known, string file, string? other, Func<T> load, TimeSpan interval)
        where T : class
    {
        if (known.Current is not null && clock.GetElapsedTime(known.Looked) < interval) return known.Current;
        known.Looked = clock.GetTimestamp();
        var content = ContentOf(file, other);
        if (known.Current is not null && content == known.Content) return known.Current;
        try
        {
            // The one before is not disposed: it was given to handshakes and connections that may still use it.
            known.Current = load();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (known.Current is null)
            {
                throw new InvalidOperationException($"The certificate in {file} can't be read: {error.Message}", error);
            }

            SecurityLog.CertificateUnreadable(logger, file, error.Message);
        }

        known.Content = content;
        return known.Current;
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

    private sealed class CertificateFile<T>
        where T : class
    {
        public T? Current { get; set; }

        /// <summary>What stood there when it was read.</summary>
        public string? Content { get; set; }

        /// <summary>When it was last looked at, as a timestamp.</summary>
        public long Looked { get; set; }
    }
}
