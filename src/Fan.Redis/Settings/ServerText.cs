using System.Globalization;
using Fan.Brokers;

namespace Fan.Redis.Settings;

/// <summary>What the settings say about where the server is. No text that it returns has a user or a password.</summary>
internal static class ServerText
{
    private const int DefaultPort = 6379;

    /// <summary>Where to connect, and as whom.</summary>
    public sealed record Target(IReadOnlyList<(string Host, int Port)> Hosts, int Database, string? User, string? Password, bool UseTls)
    {
        /// <summary>Where it is, for people.</summary>
        public string Where => string.Join(", ", Hosts.Select(host => $"{host.Host}:{host.Port}"));
    }

    /// <summary>What is wrong with the settings; null where nothing is.</summary>
    public static string? Check(FanRedisOptions options)
    {
        if (!TryRead(options, out var target, out var problem)) return problem;
        if (!target!.UseTls
            && !options.AllowPlainText
            && target.Hosts.FirstOrDefault(host => !BrokerHost.IsLoopback(host.Host)) is { Host: { } far })
        {
            return $"The server at '{far}' is on another machine, and the connection is plain text: " +
                $"use rediss or {nameof(options.UseTls)}, or set {nameof(options.AllowPlainText)} if that is meant.";
        }

        if (!target.UseTls && (options.CertificateFile ?? options.TrustedCertificatesFile ?? options.ServerName) is not null)
        {
            return $"{nameof(options.CertificateFile)}, {nameof(options.TrustedCertificatesFile)} and {nameof(options.ServerName)} need " +
                $"rediss or {nameof(options.UseTls)}.";
        }

        return null;
    }

    /// <summary>Reads settings that were checked.</summary>
    public static Target Read(FanRedisOptions options) =>
        TryRead(options, out var target, out var problem) ? target! : throw new InvalidOperationException(problem);

    private static bool TryRead(FanRedisOptions options, out Target? target, out string? problem)
    {
        target = null;
        problem = null;
        if (options.Uri is { } text) return TryReadUri(options, text, out target, out problem);
        if (options.Port is < 1 or > 65535)
        {
            problem = $"{nameof(options.Port)} must be from 1 to 65535; it is {options.Port}.";
            return false;
        }

        var hosts = new List<(string, int)>();
        if (BrokerHost.Read(options.Host, options.Port, hosts) is { } wrong)
        {
            problem =
                $"{nameof(options.Host)} must be a host name or an IP address (IPv6 in brackets), " +
                $"or several with commas between them; '{wrong}' is none.";
            return false;
        }

        if (hosts.Count == 0) problem = $"{nameof(options.Host)} must say where the server is.";
        else target = new Target(hosts, options.Database, options.User, options.Password, options.UseTls);
        return problem is null;
    }

    private static bool TryReadUri(FanRedisOptions options, string text, out Target? target, out string? problem)
    {
        target = null;
        // The text itself may have a password, so no message shows it.
        problem =
            $"{nameof(options.Uri)} must be redis://user:password@host:port/database, or rediss for TLS, " +
            "with special characters percent-encoded.";
        var database = options.Database;
        if (!System.Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("redis" or "rediss")
            || uri.Host.Length == 0
            || uri.Query.Length > 0
            || (uri.AbsolutePath.Length > 1
                && !int.TryParse(uri.AbsolutePath.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out database)))
        {
            return false;
        }

        problem = null;
        var credentials = uri.UserInfo.Split(':', 2);
        target = new Target(
            [(uri.IdnHost, uri.Port > 0 ? uri.Port : DefaultPort)],
            database,
            credentials[0].Length > 0 ? System.Uri.UnescapeDataString(credentials[0]) : options.User,
            credentials.Length > 1 ? System.Uri.UnescapeDataString(credentials[1]) : options.Password,
            uri.Scheme == "rediss" || options.UseTls);
        return true;
    }
}
