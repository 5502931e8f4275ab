using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Http;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class HttpConfiguration(IConfigurationSection? section) : IConfigureOptions<FanHttpOptions>
{
    public void Configure(FanHttpOptions options)
    {
        if (section is null) return;
        options.Address = section[nameof(options.Address)] ?? options.Address;
        options.AdvertisedHost = section[nameof(options.AdvertisedHost)] ?? options.AdvertisedHost;
        options.Port = Number(nameof(options.Port)) ?? options.Port;
        options.AdvertisedPort = Number(nameof(options.AdvertisedPort)) ?? options.AdvertisedPort;
        options.MaxConnections = Number(nameof(options.MaxConnections)) ?? options.MaxConnections;
        options.Serve = Flag(nameof(options.Serve)) ?? options.Serve;
        options.CertificateFile = section[nameof(options.CertificateFile)] ?? options.CertificateFile;
        options.KeyFile = section[nameof(options.KeyFile)] ?? options.KeyFile;
        options.CertificatePassword = section[nameof(options.CertificatePassword)] ?? options.CertificatePassword;
        options.TrustedCertificatesFile = section[nameof(options.TrustedCertificatesFile)] ?? options.TrustedCertificatesFile;
        options.AllowPlainText = Flag(nameof(options.AllowPlainText)) ?? options.AllowPlainText;
        options.AskForClientCertificate = Flag(nameof(options.AskForClientCertificate)) ?? options.AskForClientCertificate;
        options.RequireClientCertificate = Flag(nameof(options.RequireClientCertificate)) ?? options.RequireClientCertificate;
        options.AllowedOrigins = Names(nameof(options.AllowedOrigins)) ?? options.AllowedOrigins;
        options.AllowedHosts = Names(nameof(options.AllowedHosts)) ?? options.AllowedHosts;
        options.AllowCredentials = Flag(nameof(options.AllowCredentials)) ?? options.AllowCredentials;
        options.AllowNonLoopback = Flag(nameof(options.AllowNonLoopback)) ?? options.AllowNonLoopback;
    }

    // A list as JSON has it, or one text with commas.
    private string[]? Names(string key) => section![key] is { } text
        ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : section.GetSection(key).GetChildren().Select(child => child.Value ?? "").ToArray() is { Length: > 0 } names ? names : null;

    private int? Number(string key) => section![key] is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Bad(key, "a whole number", text);

    private bool? Flag(string key) => section![key] is not { } text ? null : bool.TryParse(text, out var flag) ? flag : throw Bad(key, "true or false", text);

    private OptionsValidationException Bad(string key, string wanted, string text) =>
        new(nameof(FanHttpOptions), typeof(FanHttpOptions), [$"{section!.Path}:{key} must be {wanted}; it is '{text}'."]);
}
