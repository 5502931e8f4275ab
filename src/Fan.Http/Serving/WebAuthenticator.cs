using System.Security.Claims;
using Fan.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fan.Http.Serving;

/// <summary>Lets an authentication scheme of ASP.NET Core check tokens, whichever transport they came on. Safe from any thread.</summary>
internal sealed class WebAuthenticator : ICallerAuthenticator
{
    private readonly IServiceScopeFactory _scopes;
    private readonly string? _scheme;
    private readonly ILogger _logger;

    /// <exception cref="InvalidOperationException">The application has no authentication.</exception>
    public WebAuthenticator(IServiceProvider services, string? scheme, ILogger<WebAuthenticator> logger)
    {
        if (services.GetService<IAuthenticationSchemeProvider>() is null)
        {
            throw new InvalidOperationException(
                "Tokens are to be checked by ASP.NET Core, which has no authentication here: " +
                "call services.AddAuthentication(…).AddJwtBearer(…), or add another scheme.");
        }

        (_scopes, _scheme, _logger) = (services.GetRequiredService<IServiceScopeFactory>(), scheme, logger);
    }

    public async ValueTask<ClaimsPrincipal?> AuthenticateAsync(CallerCredentials credentials, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        if (credentials.Token is null) return null;
        var scope = _scopes.CreateAsyncScope();
        await using var ending = scope.ConfigureAwait(false);
        // A scheme looks at a request: this one has what a request with that token would have.
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = cancellationToken };
        context.Request.Method = HttpMethods.Post;
        context.Request.Scheme = Uri.UriSchemeHttps;
        context.Request.Path = $"/{credentials.Service}/{credentials.Method}";
        context.Request.Headers.Authorization = $"{credentials.Scheme} {credentials.Token}";
        var result = await context.AuthenticateAsync(_scheme).ConfigureAwait(false);
        if (result.Succeeded) return result.Principal;
        if (result.Failure is not { } failure) return null;
        WebAuthenticatorLog.NotAccepted(_logger, credentials.Service, credentials.Method, failure.Message);
        // What a library has to say of a token may be more than its sender ought to know.
        throw new NotAuthenticatedException(
            credentials.Service,
            credentials.Method,
            $"The token is not accepted by '{credentials.Service}' ({failure.GetType().Name}): ask for another one.");
    }
}

internal static partial class WebAuthenticatorLog
{
    [LoggerMessage(1, LogLevel.Information, "A token for '{Service}/{Method}' was not accepted: {Reason}")]
    public static partial void NotAccepted(ILogger logger, string service, string method, string reason);
}
