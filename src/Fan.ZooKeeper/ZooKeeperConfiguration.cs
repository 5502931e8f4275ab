using Fan.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.ZooKeeper;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class ZooKeeperConfiguration(IConfigurationSection? section) : IConfigureOptions<ZooKeeperOptions>
{
    public void Configure(ZooKeeperOptions options)
    {
        if (section is null) return;
        var read = new SettingsReader(section);
        options.User = section[nameof(options.User)] ?? options.User;
        options.Password = section[nameof(options.Password)] ?? options.Password;
        options.SessionTimeout = read.Time(nameof(options.SessionTimeout), options.SessionTimeout);
        options.RequestTimeout = read.Time(nameof(options.RequestTimeout), options.RequestTimeout);
        options.MaxRequestBytes = read.Number(nameof(options.MaxRequestBytes), options.MaxRequestBytes);
        options.MaxReplyBytes = read.Number(nameof(options.MaxReplyBytes), options.MaxReplyBytes);
        foreach (var rule in section.GetSection(nameof(options.Acl)).GetChildren())
        {
            if (rule.Value is { } text) options.Acl.Add(text);
        }

        ConfigureTls(options.Tls, read);
        read.Require<ZooKeeperOptions>();
    }

    private void ConfigureTls(ZooKeeperTlsOptions tls, SettingsReader read)
    {
        const string prefix = nameof(ZooKeeperOptions.Tls) + ":";
        tls.Enabled = read.Flag(prefix + nameof(tls.Enabled), tls.Enabled);
        tls.AuthorityFile = section![prefix + nameof(tls.AuthorityFile)] ?? tls.AuthorityFile;
        tls.CertificateFile = section[prefix + nameof(tls.CertificateFile)] ?? tls.CertificateFile;
        tls.KeyFile = section[prefix + nameof(tls.KeyFile)] ?? tls.KeyFile;
        tls.KeyPassword = section[prefix + nameof(tls.KeyPassword)] ?? tls.KeyPassword;
        tls.ServerName = section[prefix + nameof(tls.ServerName)] ?? tls.ServerName;
    }
}
