using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.ZooKeeper;

/// <summary>Takes the settings that a deployment changes from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class ZooKeeperConfiguration(IConfigurationSection? section) : IConfigureOptions<ZooKeeperOptions>
{
    public void Configure(ZooKeeperOptions options)
    {
        if (section is null) return;
        options.User = section[nameof(options.User)] ?? options.User;
        options.Password = section[nameof(options.Password)] ?? options.Password;
        options.SessionTimeout = Time(nameof(options.SessionTimeout)) ?? options.SessionTimeout;
        options.RequestTimeout = Time(nameof(options.RequestTimeout)) ?? options.RequestTimeout;
        options.MaxRequestBytes = Number(nameof(options.MaxRequestBytes)) ?? options.MaxRequestBytes;
        options.MaxReplyBytes = Number(nameof(options.MaxReplyBytes)) ?? options.MaxReplyBytes;
        foreach (var rule in section.GetSection(nameof(options.Acl)).GetChildren())
        {
            if (rule.Value is { } text) options.Acl.Add(text);
        }

        ConfigureTls(options.Tls);
    }

    private void ConfigureTls(ZooKeeperTlsOptions tls)
    {
        const string prefix = nameof(ZooKeeperOptions.Tls) + ":";
        tls.Enabled = Flag(prefix + nameof(tls.Enabled)) ?? tls.Enabled;
        tls.AuthorityFile = section![prefix + nameof(tls.AuthorityFile)] ?? tls.AuthorityFile;
        tls.CertificateFile = section[prefix + nameof(tls.CertificateFile)] ?? tls.CertificateFile;
        tls.KeyFile = section[prefix + nameof(tls.KeyFile)] ?? tls.KeyFile;
        tls.KeyPassword = section[prefix + nameof(tls.KeyPassword)] ?? tls.KeyPassword;
        tls.ServerName = section[prefix + nameof(tls.ServerName)] ?? tls.ServerName;
    }

    private TimeSpan? Time(string key) => section![key] is not { } text ? null
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time
        : throw Bad(key, "a time such as 00:00:10", text);

    private int? Number(string key) => section![key] is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Bad(key, "a whole number", text);

    private bool? Flag(string key) => section![key] is not { } text ? null : bool.TryParse(text, out var flag) ? flag : throw Bad(key, "true or false", text);

    private OptionsValidationException Bad(string key, string wanted, string text) =>
        new(nameof(ZooKeeperOptions), typeof(ZooKeeperOptions), [$"{section!.Path}:{key} must be {wanted}; it is '{text}'."]);
}
