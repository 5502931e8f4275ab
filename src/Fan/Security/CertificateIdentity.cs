using System.Formats.Asn1;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;

namespace Fan.Security;

/// <summary>Who the holder of a certificate is. The claims are those of ASP.NET Core's certificate authentication.</summary>
internal static class CertificateIdentity
{
    public const string AuthenticationType = "Certificate";

    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>For a certificate that was checked already.</summary>
    public static ClaimsPrincipal Of(X509Certificate2 certificate)
    {
        var identity = new ClaimsIdentity(AuthenticationType);
        Add(identity, ClaimTypes.Name, certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        Add(identity, ClaimTypes.X500DistinguishedName, certificate.SubjectName.Name);
        Add(identity, "issuer", certificate.IssuerName.Name);
        Add(identity, ClaimTypes.SerialNumber, certificate.SerialNumber);
        Add(identity, ClaimTypes.Thumbprint, certificate.Thumbprint);
        foreach (var extension in certificate.Extensions)
        {
            if (extension.Oid?.Value == SubjectAlternativeName) AddNames(identity, extension.RawData);
        }

        return new ClaimsPrincipal(identity);
    }

    private static void AddNames(ClaimsIdentity identity, byte[] encoded)
    {
        foreach (var name in new X509SubjectAlternativeNameExtension(encoded).EnumerateDnsNames()) Add(identity, ClaimTypes.Dns, name);
        // URIs, such as those of SPIFFE, have no reader in the library.
        var names = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        var uri = new Asn1Tag(TagClass.ContextSpecific, 6);
        while (names.HasData)
        {
            if (names.PeekTag() == uri) Add(identity, ClaimTypes.Uri, names.ReadCharacterString(UniversalTagNumber.IA5String, uri));
            else names.ReadEncodedValue();
        }
    }

    private static void Add(ClaimsIdentity identity, string type, string? value)
    {
        if (!string.IsNullOrEmpty(value)) identity.AddClaim(new Claim(type, value));
    }
}
