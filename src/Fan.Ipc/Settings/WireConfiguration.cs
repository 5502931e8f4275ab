using Fan.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Settings;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class WireConfiguration(IConfiguration? configuration) : IConfigureOptions<FanIpcOptions>, IConfigureOptions<FanTcpOptions>
{
    public void Configure(FanIpcOptions options)
    {
        if (configuration?.GetSection("Fan:Ipc") is not { } section) return;
        var read = new SettingsReader(section);
        options.Folder = section[nameof(options.Folder)] ?? options.Folder;
        options.Serve = read.Flag(nameof(options.Serve), options.Serve);
        read.Require<FanIpcOptions>();
    }

    public void Configure(FanTcpOptions options)
    {
        if (configuration?.GetSection("Fan:Tcp") is not { } section) return;
        var read = new SettingsReader(section);
        options.Serve = read.Flag(nameof(options.Serve), options.Serve);
        options.Address = section[nameof(options.Address)] ?? options.Address;
        options.Port = read.Number(nameof(options.Port), options.Port);
        options.AllowNonLoopback = read.Flag(nameof(options.AllowNonLoopback), options.AllowNonLoopback);
        options.AdvertisedHost = section[nameof(options.AdvertisedHost)] ?? options.AdvertisedHost;
        options.AdvertisedPort = read.Number(nameof(options.AdvertisedPort), options.AdvertisedPort);
        options.CertificateFile = section[nameof(options.CertificateFile)] ?? options.CertificateFile;
        options.KeyFile = section[nameof(options.KeyFile)] ?? options.KeyFile;
        options.TrustedCertificatesFile = section[nameof(options.TrustedCertificatesFile)] ?? options.TrustedCertificatesFile;
        options.CertificatePassword = section[nameof(options.CertificatePassword)] ?? options.CertificatePassword;
        options.AllowPlainText = read.Flag(nameof(options.AllowPlainText), options.AllowPlainText);
        options.AskForClientCertificate = read.Flag(nameof(options.AskForClientCertificate), options.AskForClientCertificate);
        options.RequireClientCertificate = read.Flag(nameof(options.RequireClientCertificate), options.RequireClientCertificate);
        read.Require<FanTcpOptions>();
    }
}
