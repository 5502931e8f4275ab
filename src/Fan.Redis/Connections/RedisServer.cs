using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Fan.Lifetime;
using Fan.Redis.Settings;
using Fan.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Fan.Redis.Connections;

/// <summary>
/// The application's connections to its server: one that all share, and one for each reader that waits at the server. Safe from any thread.
/// </summary>
internal sealed class RedisServer : IAsyncDisposable, IDisposable
{
    // The library asks a server of which it heard nothing for so long whether it is there.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(2);

    // How often the library looks whether it is time to ask.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly StopBudget? _budget;
    private readonly FanRedisOptions _options;
    private readonly TimeProvider _clock;
    private readonly CertificateFiles _certificates;
    private readonly ServerText.Target _target;
    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly List<RedisLink> _readers = [];

    public RedisServer(
        IOptions<FanRedisOptions> options,
        IOptions<FanOptions> application,
        TimeProvider clock,
        ILogger<RedisServer> logger,
        StopBudget? budget = null)
    {
        _budget = budget;
        (_options, _clock, _certificates) = (options.Value, clock, new CertificateFiles(new RedisTls(options.Value), clock, logger));
        _target = ServerText.Read(_options);
        _name = string.Concat(
            (application.Value.Name ?? "fan").Take(64).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
        Shared = new RedisLink(Configure(withSubscriptions: true), _target.Database, _target.Where, clock);
    }

    public FanRedisOptions Options => _options;

    /// <summary>Where it is.</summary>
    public ServerText.Target Target => _target;

    /// <summary>The connection for everything that does not wait at the server.</summary>
    public RedisLink Shared { get; }

    /// <summary>
    /// A new connection for commands that wait at the server: they hold up whatever comes after them. The caller disposes it.
    /// </summary>
    public RedisLink NewReader()
    {
        var link = new RedisLink(Configure(withSubscriptions: false), _target.Database, _target.Where, _clock);
        lock (_gate)
        {
            _readers.Add(link);
            return link;
        }
    }

    public async ValueTask EndAsync(RedisLink reader)
    {
        lock (_gate) _readers.Remove(reader);
        await reader.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends all connections as a process that dies does.</summary>
    public void Crash()
    {
        lock (_gate)
        {
            foreach (var reader in _readers) reader.Crash();
        }

        Shared.Crash();
    }

    public void Dispose() => Crash();

    /// <summary>Waits for an end as long as the application's stop has time.</summary>
    public Task EndAsync(string what, Func<Task> end) => _budget?.EndAsync(what, end) ?? end();

    public async ValueTask DisposeAsync() => await EndAsync("closing the connections with Redis", EndAsync).ConfigureAwait(false);

    private async Task EndAsync()
    {
        List<RedisLink> readers;
        lock (_gate) readers = [.. _readers];
        foreach (var reader in readers) await EndAsync(reader).ConfigureAwait(false);
        await Shared.DisposeAsync().ConfigureAwait(false);
    }

    private ConfigurationOptions Configure(bool withSubscriptions)
    {
        // A reader waits at the server for as long as the server lets it, and then for its answer.
        var answer = _options.OperationTimeout + (withSubscriptions ? TimeSpan.Zero : BlockingReader.LongestWait);
        var configuration = new ConfigurationOptions
        {
            ClientName = _name,
            User = _target.User,
            Password = _target.Password,
            DefaultDatabase = _target.Database,
            Protocol = RedisProtocol.Resp2,
            AbortOnConnectFail = true,
            ConnectRetry = 1,
            HeartbeatInterval = Heartbeat,
            KeepAlive = (int)KeepAlive.TotalSeconds,
            Tunnel = new LinkTunnel(_options.ConnectTimeout, KeepAlive + Heartbeat + answer, _clock),
            ConnectTimeout = (int)_options.ConnectTimeout.TotalMilliseconds,
            AsyncTimeout = (int)answer.TotalMilliseconds,
            SyncTimeout = (int)_options.OperationTimeout.TotalMilliseconds,
            BacklogPolicy = BacklogPolicy.FailFast,
            ReconnectRetryPolicy = new LinearRetry(250),
            IncludeDetailInExceptions = false,
            // To end the wait of a reader.
            AllowAdmin = true,
            // Neither of the library's own conventions is needed, and a user may not be allowed to follow them.
            TieBreaker = "",
            ConfigurationChannel = "",
        };
        foreach (var (host, port) in _target.Hosts) configuration.EndPoints.Add(host, port);
        if (!withSubscriptions)
        {
            configuration.CommandMap = CommandMap.Create(
                new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "SUBSCRIBE" }, available: false);
        }

        if (!_target.UseTls) return configuration;
        configuration.Ssl = true;
        configuration.SslHost = _options.ServerName ?? _target.Hosts[0].Host;
        // Read for each connection, so that a file that was replaced counts from the next one on.
        if (_options.TrustedCertificatesFile is not null)
        {
            configuration.CertificateValidation += (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors);
        }

        if (_options.CertificateFile is not null)
        {
            configuration.CertificateSelection += (_, _, _, _, _) => _certificates.Own!.TargetCertificate;
        }

        return configuration;
    }

    private bool IsTrusted(X509Certificate? certificate, X509Chain? given, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        var policy = _certificates.Policy!;
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        // What the server sent with its own.
        if (given is not null) policy.ExtraStore.AddRange(given.ChainPolicy.ExtraStore);
        using var chain = new X509Chain { ChainPolicy = policy };
        return chain.Build(shown);
    }

    private sealed class RedisTls(FanRedisOptions options) : ITlsSettings
    {
        public string? CertificateFile => options.CertificateFile;

        public string? KeyFile => options.KeyFile;

        public string? CertificatePassword => null;

        public string? TrustedCertificatesFile => options.TrustedCertificatesFile;

        public bool AskForClientCertificate => false;

        public bool RequireClientCertificate => false;
    }
}
