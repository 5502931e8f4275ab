using Fan.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Http.Settings;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class HttpConfiguration(IConfigurationSection? section) : IConfigureOptions<FanHttpOptions>
{
    public void Configure(FanHttpOptions options)
    {
        if (section is null) return;
        var read = new SettingsReader(section);
        options.Address = section[nameof(options.Address)] ?? options.Address;
        options.AdvertisedHost = section[nameof(options.AdvertisedHost)] ?? options.AdvertisedHost;
        options.Port = read.Number(nameof(options.Port), options.Port);
        options.AdvertisedPort = read.Number(nameof(options.AdvertisedPort), options.AdvertisedPort);
        options.MaxConnections = read.Number(nameof(options.MaxConnections), options.MaxConnections);
        options.Serve = read.Flag(nameof(options.Serve), options.Serve);
        options.CertificateFile = section[nameof(options.CertificateFile)] ?? options.CertificateFile;
        options.KeyFile = section[nameof(options.KeyFile)] ?? options.KeyFile;
        options.CertificatePassword = section[nameof(options.CertificatePassword)] ?? options.CertificatePassword;
        options.TrustedCertificatesFile = section[nameof(options.TrustedCertificatesFile)] ?? options.TrustedCertificatesFile;
        options.AllowPlainText = read.Flag(nameof(options.AllowPlainText), options.AllowPlainText);
        options.AskForClientCertificate = read.Flag(nameof(options.AskForClientCertificate), options.AskForClientCertificate);
        options.RequireClientCertificate = read.Flag(nameof(options.RequireClientCertificate), options.RequireClientCertificate);
        options.AllowedOrigins = Names(nameof(options.AllowedOrigins)) ?? options.AllowedOrigins;
        options.AllowedHosts = Names(nameof(options.AllowedHosts)) ?? options.AllowedHosts;
        options.AllowCredentials = read.Flag(nameof(options.AllowCredentials), options.AllowCredentials);
        options.AllowNonLoopback = read.Flag(nameof(options.AllowNonLoopback), options.AllowNonLoopback);
        read.Require<FanHttpOptions>();
    }

    // A list as JSON has it, or one text with commas.
    private string[]? Names(string key) => section![key] is { } text
        ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : section.GetSection(key).GetChildren().Select(child => child.Value ?? "").ToArray() is { Length: > 0 } names ? names : null;
}
