using Fan.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Amqp.Settings;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class AmqpConfiguration(IConfiguration? configuration) : IConfigureOptions<FanAmqpOptions>
{
    public void Configure(FanAmqpOptions options)
    {
        if (configuration?.GetSection("Fan:Amqp") is not { } section) return;
        var read = new SettingsReader(section);
        options.Serve = read.Flag(nameof(options.Serve), options.Serve);
        options.Uri = section[nameof(options.Uri)] ?? options.Uri;
        options.Host = section[nameof(options.Host)] ?? options.Host;
        options.Port = read.Number(nameof(options.Port), options.Port);
        options.VirtualHost = section[nameof(options.VirtualHost)] ?? options.VirtualHost;
        options.User = section[nameof(options.User)] ?? options.User;
        options.Password = section[nameof(options.Password)] ?? options.Password;
        options.UseTls = read.Flag(nameof(options.UseTls), options.UseTls);
        options.ServerName = section[nameof(options.ServerName)] ?? options.ServerName;
        options.TrustedCertificatesFile = section[nameof(options.TrustedCertificatesFile)] ?? options.TrustedCertificatesFile;
        options.CertificateFile = section[nameof(options.CertificateFile)] ?? options.CertificateFile;
        options.KeyFile = section[nameof(options.KeyFile)] ?? options.KeyFile;
        options.AllowPlainText = read.Flag(nameof(options.AllowPlainText), options.AllowPlainText);
        options.ConnectTimeout = read.Time(nameof(options.ConnectTimeout), options.ConnectTimeout);
        options.Heartbeat = read.Time(nameof(options.Heartbeat), options.Heartbeat);
        options.ProbeInterval = read.Time(nameof(options.ProbeInterval), options.ProbeInterval);
        options.Prefetch = read.Number(nameof(options.Prefetch), options.Prefetch);
        options.MaxCalls = read.Number(nameof(options.MaxCalls), options.MaxCalls);
        options.SequenceWindowBytes = read.Number(nameof(options.SequenceWindowBytes), options.SequenceWindowBytes);
        options.MaxMessageBytes = read.Number(nameof(options.MaxMessageBytes), options.MaxMessageBytes);
        read.Require<FanAmqpOptions>();
    }
}
