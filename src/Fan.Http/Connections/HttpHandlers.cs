using System.Net.Security;
using Fan.Security;

namespace Fan.Http.Connections;

/// <summary>
/// The handler for new calls. It holds to the certificates it began with, so that there is another one when they change; calls that run end
/// with the one they have. Safe from any thread.
/// </summary>
internal sealed class HttpHandlers : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly CertificateFiles _certificates;
    private readonly bool _changes;
    private readonly Func<SslClientAuthenticationOptions, SocketsHttpHandler> _create;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private HttpMessageInvoker _current;
    private HttpMessageInvoker? _before;
    private (string?, string?) _stamp;
    private long _looked;

    /// <exception cref="InvalidOperationException">A certificate can't be read.</exception>
    public HttpHandlers(
        ITlsSettings settings,
        CertificateFiles certificates,
        Func<SslClientAuthenticationOptions, SocketsHttpHandler> create,
        TimeProvider clock)
    {
        (_certificates, _create, _clock) = (certificates, create, clock);
        _changes = settings.CertificateFile is not null || settings.TrustedCertificatesFile is not null;
        _current = Create();
    }

    /// <summary>What the next call is sent with.</summary>
    public HttpMessageInvoker Current
    {
        get
        {
            if (_changes && _clock.GetElapsedTime(Volatile.Read(ref _looked)) >= LookInterval) Look();
            return Volatile.Read(ref _current);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _before?.Dispose();
            _current.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_looked) < LookInterval) return;
            Volatile.Write(ref _looked, _clock.GetTimestamp());
            if (_certificates.Look() == _stamp) return;
            // A call may be about to use the one that was current; nobody can still be about to use the one before.
            _before?.Dispose();
            _before = _current;
            Volatile.Write(ref _current, Create());
        }
    }

    private HttpMessageInvoker Create()
    {
        _stamp = _certificates.Look();
        _looked = _clock.GetTimestamp();
        return new HttpMessageInvoker(
            _create(new SslClientAuthenticationOptions
            {
                ClientCertificateContext = _certificates.Own,
                CertificateChainPolicy = _certificates.Policy
            }));
    }
}
