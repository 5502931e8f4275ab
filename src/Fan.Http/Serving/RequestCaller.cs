using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Fan.Security;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Fan.Http.Serving;

/// <summary>Who makes a request, as the server below has proven it. Safe from any thread.</summary>
/// <param name="asksCallers">Whether connections may have certificates, which the listener has checked.</param>
internal sealed class RequestCaller(bool asksCallers)
{
    // All requests of a connection have the one certificate.
    private readonly ConditionalWeakTable<X509Certificate2, ClaimsPrincipal> _known = [];

    public ClaimsPrincipal? Of(IFeatureCollection features)
    {
        // Where the requests go through a web application, its authentication has the say.
        if (features.Get<IHttpAuthenticationFeature>()?.User is { Identity.IsAuthenticated: true } user) return user;
        return asksCallers && features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } shown
            ? _known.GetValue(shown, CertificateIdentity.Of)
            : null;
    }
}
