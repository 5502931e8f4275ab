using System.Security.Claims;
using Fan.Security;

namespace Fan.Conformance.Transports;

/// <summary>Takes tokens of the form <c>name:role,role</c>: enough to see who is let in, and no way to prove anything.</summary>
public sealed class TokenAuthenticator : ICallerAuthenticator
{
    public ValueTask<ClaimsPrincipal?> AuthenticateAsync(CallerCredentials credentials, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        if (credentials is not { Scheme: "Bearer", Token: { } token }) return default;
        if (token == "expired")
        {
            throw new NotAuthenticatedException(credentials.Service, credentials.Method, "The token has expired; ask for another one.");
        }
        if (token == "broken") throw new InvalidOperationException("no answer from ldap://10.0.0.7");
        if (token == "refused-elsewhere") throw new NotAuthenticatedException("auth", "check", "ldap://10.0.0.7 refuses our password.");
        var parts = token.Split(':');
        var claims = new List<Claim> { new(ClaimTypes.Name, parts[0]) };
        if (parts.Length > 1) claims.AddRange(parts[1].Split(',').Select(role => new Claim(ClaimTypes.Role, role)));
        return new(new ClaimsPrincipal(new ClaimsIdentity(claims, "test")));
    }
}
