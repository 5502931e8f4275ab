using System.Security.Claims;
using Fan.Messaging;
using Fan.Security;
using Microsoft.Extensions.Logging;

namespace Fan.Serving;

/// <summary>Finds out who makes a call, and lets it in or not. Safe from any thread.</summary>
internal sealed class CallerAccess(IEnumerable<ICallerAuthenticator> authenticators, IServiceProvider services, ILogger logger)
{
    private readonly ICallerAuthenticator[] _authenticators = [.. authenticators];

    /// <summary>Whether tokens can be checked here.</summary>
    public bool ChecksTokens => _authenticators.Length > 0;

    /// <summary>Whether a call must go through <see cref="AdmitAsync"/>; most need not.</summary>
    public bool IsAsked(ServedMethod method, IncomingCall call) =>
        !call.IsTrusted && (method.Policy is not null || (call.Headers.Authorization is not null && ChecksTokens));

    /// <summary>Who makes the call; null where nothing proves it and nothing asks.</summary>
    /// <exception cref="NotAuthenticatedException">The policy asks who calls.</exception>
    /// <exception cref="AccessDeniedException">The policy does not let that caller in.</exception>
    public async ValueTask<ClaimsPrincipal?> AdmitAsync(ServedMethod method, IncomingCall call, CancellationToken cancellationToken)
    {
        ClaimsPrincipal? caller;
        try
        {
            caller = Proven(await AuthenticateAsync(method, call, cancellationToken).ConfigureAwait(false));
        }
        catch (NotAuthenticatedException error) when (IsAbout(error.Service, error.Method, method))
        {
            if (method.Policy is null || (call.IsQueued && method.Policy.TrustsQueues)) return call.Principal;
            Log(method, call, null, error);
            throw;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure(method, call, "finding out who calls", error);
        }

        if (method.Policy is not { } policy || (call.IsQueued && policy.TrustsQueues)) return caller;
        var request = new PolicyRequest(
            method.Service.Name.Canonical, method.Method.Name, call.ShardKeys, call.Transport, caller, services);
        foreach (var requirement in policy.Requirements)
        {
            try
            {
                if (await requirement.Check(request, cancellationToken).ConfigureAwait(false)) continue;
            }
            catch (Exception fault) when (!IsMeant(fault, method) && !cancellationToken.IsCancellationRequested)
            {
                throw Failure(method, call, "its policy", fault);
            }

            var error = Refusal(request, requirement);
            Log(method, call, caller, error);
            throw error;
        }

        return caller;
    }

    private async ValueTask<ClaimsPrincipal?> AuthenticateAsync(ServedMethod method, IncomingCall call, CancellationToken cancellationToken)
    {
        var (scheme, token) = Split(call.Headers.Authorization);
        if (token is null && call.Principal is null) return null;
        var credentials = new CallerCredentials(
            method.Service.Name.Canonical, method.Method.Name, call.Transport, scheme, token, call.Principal);
        foreach (var authenticator in _authenticators)
        {
            if (await authenticator.AuthenticateAsync(credentials, cancellationToken).ConfigureAwait(false) is not { } found) continue;
            // Who is connected stays known beside whom the token speaks for.
            return call.Principal is { } connected && !ReferenceEquals(found, connected)
                ? new ClaimsPrincipal(found.Identities.Concat(connected.Identities.Where(identity => !found.Identities.Contains(identity))))
                : found;
        }

        return call.Principal;
    }

    // An identity that nobody vouches for has no roles and no claims.
    private static ClaimsPrincipal? Proven(ClaimsPrincipal? caller)
    {
        if (caller is null || caller.Identities.All(identity => identity.IsAuthenticated))
        {
            return caller?.Identities.Any() == true ? caller : null;
        }

        var proven = caller.Identities.Where(identity => identity.IsAuthenticated).ToList();
        return proven.Count == 0 ? null : new ClaimsPrincipal(proven);
    }

    private static FanException Refusal(PolicyRequest request, PolicyRequirement requirement)
    {
        var name = $"'{request.Service}/{request.Method}'";
        var known = request.Caller?.Identities.FirstOrDefault(identity => identity.IsAuthenticated);
        return known is null
            ? new NotAuthenticatedException(
                request.Service,
                request.Method,
                $"{name} is for certain callers, and nothing that came with the call proves who makes it: " +
                "call over TLS with a certificate, or with a valid bearer token.")
            : new AccessDeniedException(
                request.Service,
                request.Method,
                $"Caller '{HeaderText.Shorten(known.Name ?? "")}' may not call {name}: its policy asks for {requirement.What}.");
    }

    private static bool IsMeant(Exception error, ServedMethod method) => error switch
    {
        NotAuthenticatedException refused => IsAbout(refused.Service, refused.Method, method),
        AccessDeniedException refused => IsAbout(refused.Service, refused.Method, method),
        _ => false,
    };

    // Whoever calls others to find out may be refused there, which says nothing of this call.
    private static bool IsAbout(string service, string name, ServedMethod method) =>
        service == method.Service.Name.Canonical && name == method.Method.Name;

    // Nobody knows yet to whom that is said: what code and libraries say of their failure is for those who run the service.
    private RemoteFailureException Failure(ServedMethod method, IncomingCall call, string what, Exception error)
    {
        SecurityLog.Failed(logger, ExceptionText.ForLog(error), what, method.Method.FullName, call.Transport);
        return new RemoteFailureException(
            "AuthenticationFailure", $"'{method.Method.FullName}' was not called: {what} failed, and the log of the service says why.");
    }

    private void Log(ServedMethod method, IncomingCall call, ClaimsPrincipal? caller, FanException error) =>
        SecurityLog.Refused(
            logger,
            HeaderText.Shorten(caller?.Identity?.Name ?? "nobody known"),
            method.Method.FullName,
            call.Transport,
            error.Code,
            error.Message);

    private static (string? Scheme, string? Token) Split(string? authorization)
    {
        if (authorization is null) return default;
        var text = authorization.AsSpan().Trim();
        var space = text.IndexOf(' ');
        return space <= 0 ? default : (text[..space].ToString(), text[(space + 1)..].Trim().ToString());
    }
}
