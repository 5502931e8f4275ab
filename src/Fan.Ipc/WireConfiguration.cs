using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Ipc;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class WireConfiguration(IConfiguration? configuration) : IConfigureOptions<FanIpcOptions>, IConfigureOptions<FanTcpOptions>
{
    public void Configure(FanIpcOptions options)
    {
        if (configuration?.GetSection("Fan:Ipc") is not { } section) return;
        options.Folder = section[nameof(options.Folder)] ?? options.Folder;
        options.Serve = Flag(section, nameof(options.Serve)) ?? options.Serve;
    }

    public void Configure(FanTcpOptions options)
    {
        if (configuration?.GetSection("Fan:Tcp") is not { } section) return;
        options.Serve = Flag(section, nameof(options.Serve)) ?? options.Serve;
        options.Address = section[nameof(options.Address)] ?? options.Address;
        options.Port = Number(section, nameof(options.Port)) ?? options.Port;
        options.AllowNonLoopback = Flag(section, nameof(options.AllowNonLoopback)) ?? options.AllowNonLoopback;
        options.AdvertisedHost = section[nameof(options.AdvertisedHost)] ?? options.AdvertisedHost;
        options.AdvertisedPort = Number(section, nameof(options.AdvertisedPort)) ?? options.AdvertisedPort;
        options.CertificateFile = section[nameof(options.CertificateFile)] ?? options.CertificateFile;
        options.KeyFile = section[nameof(options.KeyFile)] ?? options.KeyFile;
        options.TrustedCertificatesFile = section[nameof(options.TrustedCertificatesFile)] ?? options.TrustedCertificatesFile;
        options.CertificatePassword = section[nameof(options.CertificatePassword)] ?? options.CertificatePassword;
        options.AllowPlainText = Flag(section, nameof(options.AllowPlainText)) ?? options.AllowPlainText;
        options.AskForClientCertificate = Flag(section, nameof(options.AskForClientCertificate)) ?? options.AskForClientCertificate;
        options.RequireClientCertificate = Flag(section, nameof(options.RequireClientCertificate)) ?? options.RequireClientCertificate;
    }

    private static int? Number(IConfigurationSection section, string key) => section[key] is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Bad(section, key, "a whole number", text);

    private static bool? Flag(IConfigurationSection section, string key) => section[key] is not { } text ? null
        : bool.TryParse(text, out var flag) ? flag
        : throw Bad(section, key, "true or false", text);

    private static OptionsValidationException Bad(IConfigurationSection section, string key, string wanted, string text) =>
        new(nameof(FanWireOptions), typeof(FanWireOptions), [$"{section.Path}:{key} must be {wanted}; it is '{text}'."]);
}
