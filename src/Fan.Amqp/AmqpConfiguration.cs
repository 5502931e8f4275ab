using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Amqp;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class AmqpConfiguration(IConfiguration? configuration) : IConfigureOptions<FanAmqpOptions>
{
    public void Configure(FanAmqpOptions options)
    {
        if (configuration?.GetSection("Fan:Amqp") is not { } section) return;
        options.Serve = Flag(section, nameof(options.Serve)) ?? options.Serve;
        options.Uri = section[nameof(options.Uri)] ?? options.Uri;
        options.Host = section[nameof(options.Host)] ?? options.Host;
        options.Port = Number(section, nameof(options.Port)) ?? options.Port;
        options.VirtualHost = section[nameof(options.VirtualHost)] ?? options.VirtualHost;
        options.User = section[nameof(options.User)] ?? options.User;
        options.Password = section[nameof(options.Password)] ?? options.Password;
        options.UseTls = Flag(section, nameof(options.UseTls)) ?? options.UseTls;
        options.ServerName = section[nameof(options.ServerName)] ?? options.ServerName;
        options.TrustedCertificatesFile = section[nameof(options.TrustedCertificatesFile)] ?? options.TrustedCertificatesFile;
        options.CertificateFile = section[nameof(options.CertificateFile)] ?? options.CertificateFile;
        options.KeyFile = section[nameof(options.KeyFile)] ?? options.KeyFile;
        options.AllowPlainText = Flag(section, nameof(options.AllowPlainText)) ?? options.AllowPlainText;
        options.ConnectTimeout = Time(section, nameof(options.ConnectTimeout)) ?? options.ConnectTimeout;
        options.Heartbeat = Time(section, nameof(options.Heartbeat)) ?? options.Heartbeat;
        options.ProbeInterval = Time(section, nameof(options.ProbeInterval)) ?? options.ProbeInterval;
        options.Prefetch = Number(section, nameof(options.Prefetch)) ?? options.Prefetch;
        options.MaxCalls = Number(section, nameof(options.MaxCalls)) ?? options.MaxCalls;
        options.SequenceWindowBytes = Number(section, nameof(options.SequenceWindowBytes)) ?? options.SequenceWindowBytes;
        options.MaxMessageBytes = Number(section, nameof(options.MaxMessageBytes)) ?? options.MaxMessageBytes;
    }

    private static int? Number(IConfigurationSection section, string key) => section[key] is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Bad(section, key, "a whole number", text);

    private static bool? Flag(IConfigurationSection section, string key) => section[key] is not { } text ? null
        : bool.TryParse(text, out var flag) ? flag
        : throw Bad(section, key, "true or false", text);

    private static TimeSpan? Time(IConfigurationSection section, string key) => section[key] is not { } text ? null
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time
        : throw Bad(section, key, "a time such as 00:00:05", text);

    private static OptionsValidationException Bad(IConfigurationSection section, string key, string wanted, string text) =>
        new(nameof(FanAmqpOptions), typeof(FanAmqpOptions), [$"{section.Path}:{key} must be {wanted}; it is '{text}'."]);
}
