using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Fan.Conformance;

/// <summary>An authority of the test's own, and files of certificates that it gives out for 127.0.0.1.</summary>
public sealed class Certificates : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fan-certificates-");
    private readonly X509Certificate2 _authority;
    private int _serial;

    public Certificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Fan test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        AuthorityFile = PathOf("authority.pem");
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
    }

    public string AuthorityFile { get; }

    /// <summary>A file with a certificate and its key.</summary>
    public string Issue(string name)
    {
        var file = PathOf(name + ".pem");
        Replace(file, name);
        return file;
    }

    /// <summary>The same as PKCS #12.</summary>
    public string IssuePfx(string name, string password)
    {
        var (certificate, key) = Make(name);
        using (certificate)
        using (key)
        {
            using var both = certificate.CopyWithPrivateKey(key);
            var file = PathOf(name + ".pfx");
            File.WriteAllBytes(file, both.Export(X509ContentType.Pkcs12, password));
            return file;
        }
    }

    /// <summary>The same with a key in a file of its own, which the password opens.</summary>
    public (string Certificate, string Key) IssueEncrypted(string name, string password)
    {
        var (certificate, key) = Make(name);
        using (certificate)
        using (key)
        {
            var (file, keyFile) = (PathOf(name + ".crt"), PathOf(name + ".key"));
            File.WriteAllText(file, certificate.ExportCertificatePem());
            File.WriteAllText(keyFile, key.ExportEncryptedPkcs8PrivateKeyPem(
                password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
            return (file, keyFile);
        }
    }

    /// <summary>Puts another certificate into a file, and sees to it that its time is another.</summary>
    public void Replace(string file, string name)
    {
        var before = File.Exists(file) ? File.GetLastWriteTimeUtc(file) : default;
        var (certificate, key) = Make(name);
        using (certificate)
        using (key)
            File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        if (before != default) File.SetLastWriteTimeUtc(file, before.AddSeconds(5));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private (X509Certificate2 Certificate, ECDsa Key) Make(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        names.AddUri(new Uri("spiffe://shop/" + name));
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.Create(
            _authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), BitConverter.GetBytes(++_serial));
        return (certificate, key);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
