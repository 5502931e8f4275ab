using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Text;
using Fan.Calls;
using Fan.Http.Serving;
using Fan.Messaging;
using Fan.Security;
using Fan.Transports;

namespace Fan.Http.Connections;

/// <summary>Whom connections lead to.</summary>
internal enum PeerKind
{
    /// <summary>Fan applications, over HTTP/1.1.</summary>
    Http1,

    /// <summary>Fan applications, over HTTP/2.</summary>
    Http2,

    /// <summary>Anybody else.</summary>
    Foreign,
}

/// <summary>The connections to one kind of peer, and what their failures mean. Safe from any thread.</summary>
internal sealed class HttpConnections : IDisposable
{
    // FanLimits.MaxHeaderBytes can not be less.
    private const int LeastHeaderLimit = 1024;

    // A name that resolves to another address is found out within this time.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Http2IdleTime = TimeSpan.FromMinutes(1);

    // HTTP/1.1 has no pings: a dead connection that waits for its next call must not wait for long.
    private static readonly TimeSpan Http1IdleTime = TimeSpan.FromSeconds(5);

    // A call that was given up sooner says nothing about its endpoint.
    private static readonly TimeSpan LeastSilence = TimeSpan.FromSeconds(1);

    private readonly OpenConnections _open = new();
    private readonly FanHttpOptions _options;
    private readonly TimeProvider _clock;
    private readonly PeerKind _kind;
    private readonly HttpHandlers _handlers;

    public HttpConnections(FanHttpOptions options, CertificateFiles certificates, FanLimits limits, TimeProvider clock, PeerKind kind)
    {
        (_options, _clock, _kind) = (options, clock, kind);
        _handlers = new HttpHandlers(
            options,
            certificates,
            tls => new SocketsHttpHandler
            {
                // Trace headers are ours: the span that they name is the call's.
                ActivityHeadersPropagator = null,
                AllowAutoRedirect = kind == PeerKind.Foreign,
                AutomaticDecompression = DecompressionMethods.None,
                ConnectCallback = _open.OpenAsync,
                ConnectTimeout = options.ConnectTimeout,
                EnableMultipleHttp2Connections = true,
                // In KiB, and begun ones count.
                MaxResponseHeadersLength = (limits.MaxHeaderBytes + 1023) / 1024,
                // Others may take pings for an attack.
                KeepAlivePingDelay = kind == PeerKind.Foreign ? Timeout.InfiniteTimeSpan : options.ProbeInterval,
                KeepAlivePingTimeout = options.ProbeTimeout,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                // A sequence that is left early is broken off, so that the far end stops.
                MaxResponseDrainSize = 0,
                PooledConnectionLifetime = ConnectionLifetime,
                PooledConnectionIdleTimeout = kind == PeerKind.Http2 ? Http2IdleTime : Http1IdleTime,
                RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
                ResponseHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
                SslOptions = tls,
                UseCookies = false,
                UseProxy = false,
            },
            clock);
    }

    /// <summary>Sends a request and waits for the head of its reply. Errors as for <see cref="IClientTransport.CallAsync"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, OutgoingCall call, CancellationToken cancellationToken)
    {
        RequirePrivacy(request, call);
        var doubt = _kind == PeerKind.Foreign ? null : EndpointAddress.Of(call.Endpoint).Doubt;
        if (doubt is { IsRaised: true }) await SettleAsync(doubt, request, call, cancellationToken).ConfigureAwait(false);
        var begun = _clock.GetTimestamp();
        try
        {
            var response = await _handlers.Current.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.Headers.NonValidated.Count + response.Content.Headers.NonValidated.Count <= call.Limits.MaxHeaders)
            {
                return response;
            }

            response.Dispose();
            throw new LimitExceededException(
                nameof(FanLimits.MaxHeaders),
                $"The reply of {call.Endpoint} has more than {call.Limits.MaxHeaders} headers ({nameof(FanLimits.MaxHeaders)}).");
        }
        catch (HttpRequestException error) when (request.Version.Major == 2 && NotBegun.IsSaid(error))
        {
            throw NotBegun.Of(call, error);
        }
        catch (HttpRequestException error) when (error.InnerException is HttpProtocolException { ErrorCode: ConnectionBound.Http2Refused })
        {
            // The connection was refused before anything of the call was read.
            throw new EndpointUnreachableException(call.Endpoint, $"{call.Endpoint} takes no more connections: {error.Message}", error);
        }
        catch (OperationCanceledException)
            when (cancellationToken.IsCancellationRequested && doubt is not null && _clock.GetElapsedTime(begun) >= LeastSilence)
        {
            doubt.Raise();
            throw;
        }
        catch (HttpRequestException error) when (request.Version.Major == 2 && error.HttpRequestError == HttpRequestError.InvalidResponse)
        {
            // The connection ended before the server's first frame; the request may have been on its way.
            throw CallFailure.OfConnection(call.Service, $"{call.Endpoint} did not begin to speak HTTP/2: {error.Message}", error);
        }
        catch (HttpRequestException error) when (request.Version.Major == 2
            && error is { HttpRequestError: HttpRequestError.Unknown, InnerException: null, StatusCode: null }
            && HeaderBytes(request) > LeastHeaderLimit)
        {
            // The handler refuses by itself what is more than the server said it takes. A connection that ended early can look the same,
            // but not for as little as every server takes.
            throw new LimitExceededException(
                nameof(FanLimits.MaxHeaderBytes), $"{call.Endpoint} does not take as much: {error.Message}", error);
        }
        catch (HttpRequestException error) when (request.Version.Major == 2
            && error is { HttpRequestError: HttpRequestError.Unknown, InnerException: null, StatusCode: null })
        {
            // No connection came about. The request was on another one before, perhaps, and the handler took it from there as that had not
            // begun it.
            throw NotBegun.Of(call, error);
        }
        catch (HttpRequestException error)
        {
            if (_clock.GetElapsedTime(begun) >= LeastSilence) doubt?.Raise();
            var meant = Explain(call, error);
            throw meant is ServiceUnavailableException && request is { Version.Major: 2, Content: PayloadContent { IsUntouched: true } }
                ? NotBegun.Of(call, error)
                : meant;
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody cancelled, so it was the time for connecting.
            throw new EndpointUnreachableException(call.Endpoint, $"{call.Endpoint} did not answer in time: {error.Message}", error);
        }
    }

    /// <summary>What a failure means to the caller.</summary>
    public static Exception Explain(OutgoingCall call, Exception error) => KindOf(error) switch
    {
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError =>
            new EndpointUnreachableException(call.Endpoint, $"{call.Endpoint} can't be reached: {error.Message}", error),
        HttpRequestError.InvalidResponse =>
            new BadMessageException("reply", $"{call.Endpoint} sent what is no HTTP: {error.Message}", error),
        HttpRequestError.ConfigurationLimitExceeded =>
            new LimitExceededException(
                nameof(FanLimits.MaxHeaderBytes),
                $"The headers of {call.Endpoint}'s reply have more than {call.Limits.MaxHeaderBytes} bytes " +
                $"({nameof(FanLimits.MaxHeaderBytes)}).",
                error),
        _ => CallFailure.OfConnection(call.Service, $"{call.Endpoint} broke off: {error.Message}", error),
    };

    public void Dispose()
    {
        _handlers.Dispose();
        _open.Dispose();
    }

    // Apart from the way of a call, which would make the object of this lambda each time.
    private ValueTask SettleAsync(
        EndpointDoubt doubt, HttpRequestMessage request, OutgoingCall call, CancellationToken cancellationToken) =>
        doubt.SettleAsync(() => AskAsync(request.Version, request.RequestUri!), call, cancellationToken);

    // Whatever it answers, it is there.
    private async Task AskAsync(Version version, Uri address)
    {
        // The call that waits for it needs time for another endpoint.
        using var time = new CancellationTokenSource(_options.ConnectTimeout / 2, _clock);
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(address, "/"))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact
        };
        using var response = await _handlers.Current.SendAsync(request, time.Token).ConfigureAwait(false);
    }

    // Whoever writes into the store must not be able to take the encryption away.
    private void RequirePrivacy(HttpRequestMessage request, OutgoingCall call)
    {
        if (_options.AllowPlainText || request.RequestUri!.Scheme == Uri.UriSchemeHttps) return;
        if (_options.TrustedCertificatesFile is not null)
        {
            throw new EndpointUnreachableException(
                call.Endpoint,
                $"{call.Endpoint} takes no TLS, which this application asks for ({nameof(FanHttpOptions.TrustedCertificatesFile)}); " +
                $"set {nameof(FanHttpOptions.AllowPlainText)} if it may be called nevertheless.");
        }

        PlainText.RequireNoToken(call);
    }

    // As RFC 9113, section 6.5.2, counts them.
    private static int HeaderBytes(HttpRequestMessage request) =>
        request.Headers.NonValidated.Sum(header => header.Value.Sum(value => header.Key.Length + value.Length + 32));

    private static HttpRequestError? KindOf(Exception error) =>
        (error as HttpRequestException)?.HttpRequestError ?? (error as HttpIOException)?.HttpRequestError;
}
