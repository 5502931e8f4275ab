using Fan.Brokers;

namespace Fan.Amqp.Settings;

/// <summary>What the settings say about where the broker is. No text that it returns has a user or a password.</summary>
internal static class BrokerText
{
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    /// <summary>Where to connect, and as whom.</summary>
    public sealed record Target(
        IReadOnlyList<(string Host, int Port)> Hosts, string VirtualHost, string User, string Password, bool UseTls);

    /// <summary>What is wrong with the settings; null where nothing is.</summary>
    public static string? Check(FanAmqpOptions options)
    {
        if (!TryRead(options, out var target, out var problem)) return problem;
        if (!target!.UseTls
            && !options.AllowPlainText
            && target.Hosts.FirstOrDefault(host => !BrokerHost.IsLoopback(host.Host)) is { Host: { } far })
        {
            return $"The broker at '{far}' is on another machine, and the connection is plain text: " +
                $"use amqps or {nameof(options.UseTls)}, or set {nameof(options.AllowPlainText)} if that is meant.";
        }

        if (!target.UseTls && (options.CertificateFile ?? options.TrustedCertificatesFile ?? options.ServerName) is not null)
        {
            return $"{nameof(options.CertificateFile)}, {nameof(options.TrustedCertificatesFile)} and {nameof(options.ServerName)} need " +
                $"amqps or {nameof(options.UseTls)}.";
        }

        return null;
    }

    /// <summary>Reads settings that were checked.</summary>
    public static Target Read(FanAmqpOptions options) =>
        TryRead(options, out var target, out var problem) ? target! : throw new InvalidOperationException(problem);

    private static bool TryRead(FanAmqpOptions options, out Target? target, out string? problem)
    {
        target = null;
        problem = null;
        if (options.Uri is { } text)
        {
            // The text itself may have a password, so no message shows it.
            if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)
                || uri.Scheme is not ("amqp" or "amqps")
                || uri.Host.Length == 0
                || uri.Query.Length > 0
                || uri.AbsolutePath.Count(c => c == '/') > 1)
            {
                problem =
                    $"{nameof(options.Uri)} must be amqp://user:password@host:port/vhost, or amqps for TLS, " +
                    "with special characters percent-encoded.";
                return false;
            }

            var useTls = uri.Scheme == "amqps" || options.UseTls;
            var credentials = uri.UserInfo.Split(':', 2);
            target = new Target(
                [(uri.IdnHost, uri.Port > 0 ? uri.Port : DefaultPort(options, useTls))],
                uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : options.VirtualHost,
                credentials[0].Length > 0 ? Uri.UnescapeDataString(credentials[0]) : options.User,
                credentials.Length > 1 ? Uri.UnescapeDataString(credentials[1]) : options.Password,
                useTls);
            return true;
        }

        if (options.Port is < 0 or > 65535)
        {
            problem = $"{nameof(options.Port)} must be from 0 to 65535; it is {options.Port}.";
            return false;
        }

        var hosts = new List<(string, int)>();
        if (BrokerHost.Read(options.Host, DefaultPort(options, options.UseTls), hosts) is { } wrong)
        {
            problem =
                $"{nameof(options.Host)} must be a host name or an IP address (IPv6 in brackets), " +
                $"or several with commas between them; '{wrong}' is none.";
            return false;
        }

        if (hosts.Count == 0) problem = $"{nameof(options.Host)} must say where the broker is.";
        else target = new Target(hosts, options.VirtualHost, options.User, options.Password, options.UseTls);
        return problem is null;
    }

    private static int DefaultPort(FanAmqpOptions options, bool useTls) => options.Port > 0 ? options.Port : useTls ? TlsPort : PlainPort;
}
