using System.Globalization;
using Fan.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Redis.Settings;

/// <summary>Takes the settings from configuration. By hand, as a binder would need reflection.</summary>
internal sealed class RedisConfiguration(IConfiguration? configuration) : IConfigureOptions<FanRedisOptions>
{
    public void Configure(FanRedisOptions options)
    {
        if (configuration?.GetSection("Fan:Redis") is not { } section) return;
        var errors = new List<string>();
        foreach (var setting in section.GetChildren())
        {
            if (Apply(options, setting.Key, setting.Value ?? "") is { } wanted) errors.Add($"{setting.Path} {wanted}.");
        }

        SettingsException.RequireNone<FanRedisOptions>(errors);
    }

    // What is wrong is said without the text: in the wrong place it may be a password.
    private static string? Apply(FanRedisOptions options, string key, string text) => key.ToUpperInvariant() switch
    {
        "SERVE" => Flag(text, value => options.Serve = value),
        "URI" => Text(text, value => options.Uri = value),
        "HOST" => Text(text, value => options.Host = value),
        "PORT" => Number(text, value => options.Port = value),
        "DATABASE" => Number(text, value => options.Database = value),
        "USER" => Text(text, value => options.User = value),
        "PASSWORD" => Text(text, value => options.Password = value),
        "USETLS" => Flag(text, value => options.UseTls = value),
        "SERVERNAME" => Text(text, value => options.ServerName = value),
        "TRUSTEDCERTIFICATESFILE" => Text(text, value => options.TrustedCertificatesFile = value),
        "CERTIFICATEFILE" => Text(text, value => options.CertificateFile = value),
        "KEYFILE" => Text(text, value => options.KeyFile = value),
        "ALLOWPLAINTEXT" => Flag(text, value => options.AllowPlainText = value),
        "KEYPREFIX" => Text(text, value => options.KeyPrefix = value),
        "CONNECTTIMEOUT" => Time(text, value => options.ConnectTimeout = value),
        "OPERATIONTIMEOUT" => Time(text, value => options.OperationTimeout = value),
        "WAITFORREPLICAS" => Number(text, value => options.WaitForReplicas = value),
        "POLLINTERVAL" => Time(text, value => options.PollInterval = value),
        "MAXMESSAGES" => Number(text, value => options.MaxMessages = value),
        "MAXMESSAGEBYTES" => Number(text, value => options.MaxMessageBytes = value),
        "PROBEINTERVAL" => Time(text, value => options.ProbeInterval = value),
        "LIVENESSTIMEOUT" => Time(text, value => options.LivenessTimeout = value),
        "PREFETCH" => Number(text, value => options.Prefetch = value),
        "MAXCALLS" => Number(text, value => options.MaxCalls = value),
        "SEQUENCEWINDOWBYTES" => Number(text, value => options.SequenceWindowBytes = value),
        _ => "is not known",
    };

    private static string? Text(string text, Action<string> set)
    {
        set(text);
        return null;
    }

    private static string? Number(string text, Action<int> set)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return "must be a whole number";
        set(number);
        return null;
    }

    private static string? Flag(string text, Action<bool> set)
    {
        if (!bool.TryParse(text, out var flag)) return "must be true or false";
        set(flag);
        return null;
    }

    private static string? Time(string text, Action<TimeSpan> set)
    {
        if (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time)) return "must be a time such as 00:00:05";
        set(time);
        return null;
    }
}
