namespace Fan.Security;

/// <summary>What the routes with TLS of their own are told about certificates, under the same names.</summary>
internal interface ITlsSettings
{
    string? CertificateFile { get; }

    string? KeyFile { get; }

    string? CertificatePassword { get; }

    string? TrustedCertificatesFile { get; }

    bool AskForClientCertificate { get; }

    bool RequireClientCertificate { get; }
}

internal static class TlsSettings
{
    /// <summary>Whether callers are asked for a certificate.</summary>
    public static bool AsksCallers(this ITlsSettings settings) => settings.AskForClientCertificate || settings.RequireClientCertificate;

    /// <summary>What is wrong with the settings.</summary>
    public static IEnumerable<string> Validate(this ITlsSettings settings)
    {
        if (settings.KeyFile is not null && settings.CertificateFile is null)
        {
            yield return $"{nameof(settings.KeyFile)} is set, and {nameof(settings.CertificateFile)} is not.";
        }

        if (settings.CertificatePassword is not null && settings.CertificateFile is null)
        {
            yield return $"{nameof(settings.CertificatePassword)} is set, and {nameof(settings.CertificateFile)} is not.";
        }

        if (settings.KeyFile is not null && CertificateFiles.IsPfx(settings.CertificateFile))
        {
            yield return $"{nameof(settings.KeyFile)} is set, and {nameof(settings.CertificateFile)} is a PFX, which has its key in it.";
        }

        if (settings.AsksCallers() && settings.CertificateFile is null)
        {
            var name = settings.RequireClientCertificate
                ? nameof(settings.RequireClientCertificate)
                : nameof(settings.AskForClientCertificate);
            yield return $"{name} needs {nameof(settings.CertificateFile)}: callers show certificates over TLS only.";
        }

        foreach (var error in Missing(settings.CertificateFile, settings.KeyFile, settings.TrustedCertificatesFile)) yield return error;
    }

    /// <summary>The files that are set and not there.</summary>
    public static IEnumerable<string> Missing(string? certificate, string? key, string? trusted)
    {
        foreach (var (name, file) in new[]
        {
            (nameof(ITlsSettings.CertificateFile), certificate),
            (nameof(ITlsSettings.KeyFile), key),
            (nameof(ITlsSettings.TrustedCertificatesFile), trusted),
        })
        {
            if (file is not null && !File.Exists(file)) yield return $"{name} '{file}' is not there.";
        }
    }
}
