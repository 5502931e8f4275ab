using System.Net;
using System.Runtime.CompilerServices;
using Fan.Discovery;
using Fan.Http.Connections;
using Fan.Http.Foreign;
using Fan.Http.Problems;
using Fan.Messaging;
using Fan.Security;
using Fan.Transports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Http.Calling;

/// <summary>
/// Carries calls over HTTP: to Fan applications in the plain form, to others in the form that their endpoint describes. Safe from any
/// thread.
/// </summary>
internal sealed class HttpClientTransport : IClientTransport, IDisposable
{
    private readonly HttpConnections _http1;
    private readonly HttpConnections _http2;
    private readonly ForeignCalls _foreign;
    private readonly Version _version;

    public HttpClientTransport(
        IOptions<FanHttpOptions> options, IOptions<FanOptions> application, TimeProvider clock, ILogger<HttpClientTransport> logger)
    {
        var certificates = new CertificateFiles(options.Value, clock, logger);
        _http1 = new HttpConnections(options.Value, certificates, application.Value.Limits, clock, PeerKind.Http1);
        _http2 = new HttpConnections(options.Value, certificates, application.Value.Limits, clock, PeerKind.Http2);
        _foreign = new ForeignCalls(new HttpConnections(options.Value, certificates, application.Value.Limits, clock, PeerKind.Foreign));
        _version = options.Value.CallVersion;
    }

    public string Name => "http";

    public bool Reaches(EndpointDescription endpoint) => NetworkIdentity.Current.Reaches(endpoint);

    public string WhyOutOfReach(EndpointDescription endpoint) => NetworkIdentity.WhyOutOfReach;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        if (!call.Endpoint.Description.IsFan) return await _foreign.CallAsync(call, cancellationToken).ConfigureAwait(false);
        var content = new PayloadContent(call.Payload, call.ContentType);
        try
        {
            using var request = NewRequest(call, content);
            using var response = await ConnectionsFor(request).SendAsync(request, call, cancellationToken).ConfigureAwait(false);
            ReadHeaders(response, call);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    var payload = await ReplyReader.ReadAsync(response, call, cancellationToken).ConfigureAwait(false);
                    return payload with { ContentType = ContentType(response) };
                case HttpStatusCode.NoContent or HttpStatusCode.Accepted:
                    return ReplyReader.Constant("null"u8);
                default:
                    throw await ReplyReader.ReadErrorAsync(response, call, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await content.LetGoAsync().ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<ReplyPayload> StreamAsync(OutgoingCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!call.Endpoint.Description.IsFan)
        {
            throw new BadMessageException("method", $"'{call.Service}.{call.Method}' is no Fan service: it has no sequences.");
        }

        var content = new PayloadContent(call.Payload, call.ContentType);
        try
        {
            using var request = NewRequest(call, content);
            using var response = await ConnectionsFor(request).SendAsync(request, call, cancellationToken).ConfigureAwait(false);
            ReadHeaders(response, call);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw await ReplyReader.ReadErrorAsync(response, call, cancellationToken).ConfigureAwait(false);
            }

            if (ContentType(response) is { } other && other != StreamEnd.MediaType)
                throw new BadMessageException("reply", $"The reply of '{call.Service}.{call.Method}' is no sequence; call it as an rpc.");
            await foreach (var item in LineReader.ReadAsync(response, call, cancellationToken).ConfigureAwait(false)) yield return item;
        }
        finally
        {
            await content.LetGoAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _http1.Dispose();
        _http2.Dispose();
        _foreign.Dispose();
    }

    private HttpConnections ConnectionsFor(HttpRequestMessage request) => request.Version.Major == 2 ? _http2 : _http1;

    private HttpRequestMessage NewRequest(OutgoingCall call, PayloadContent content)
    {
        var address = EndpointAddress.Of(call.Endpoint);
        var request = new HttpRequestMessage(HttpMethod.Post, address.ForMethod(call))
        {
            // A peer that does not say that it takes HTTP/2 gets what everybody takes.
            Version = address.TakesHttp2 ? _version : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        call.Headers.CopyTo(request.Headers, static (headers, name, value) => headers.TryAddWithoutValidation(name, value));
        return request;
    }

    private static void ReadHeaders(HttpResponseMessage response, OutgoingCall call)
    {
        var headers = response.Headers.NonValidated;
        if (headers.Contains(HeaderNames.Leaving)) call.Endpoint.Leave();
        if (call.Headers.Spans is not null && headers.TryGetValues(HeaderNames.Spans, out var spans)) call.ReplySpans = spans.ToString();
    }

    private static string? ContentType(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values)
            ? values.ToString() is var type && type == "application/json" ? null : type
            : null;
}
