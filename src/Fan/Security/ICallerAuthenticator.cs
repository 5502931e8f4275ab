using System.Security.Claims;

namespace Fan.Security;

/// <summary>
/// Finds out who makes a call, from what came with it on whichever transport: checks tokens, adds roles to certificates. Register any
/// number in the container. Safe from any thread.
/// </summary>
public interface ICallerAuthenticator
{
    /// <summary>Says who calls; null where it can't say, and the next one is asked.</summary>
    /// <remarks>
    /// Asked for each call of a method with a policy that has any credentials, and for each call with a token. It may wait, so it had
    /// better keep what it fetches.
    /// </remarks>
    /// <exception cref="NotAuthenticatedException">
    /// What came proves nothing, e.g. a token that has expired; the message is for the caller. A method without a policy is served
    /// nevertheless, to nobody in particular.
    /// </exception>
    ValueTask<ClaimsPrincipal?> AuthenticateAsync(CallerCredentials credentials, CancellationToken cancellationToken);
}

/// <summary>What came with a call to prove who makes it. Immutable.</summary>
/// <param name="Service">The service that is called.</param>
/// <param name="Method">The wire name of the method.</param>
/// <param name="Transport">The name of the transport.</param>
/// <param name="Scheme">What <paramref name="Token"/> is, e.g. <c>Bearer</c>; null where there is none.</param>
/// <param name="Token">The secret itself. It belongs into no log and no message.</param>
/// <param name="Known">Whom the transport has proven already, e.g. by a certificate; null where it has nobody.</param>
public sealed record CallerCredentials(
    string Service, string Method, string Transport, string? Scheme, string? Token, ClaimsPrincipal? Known)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{Scheme ?? "no"} token for {Service}/{Method} over {Transport}";
}
