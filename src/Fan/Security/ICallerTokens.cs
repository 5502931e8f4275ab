using Fan.Messaging;

namespace Fan.Security;

/// <summary>Gives the tokens that go with an application's calls, on every transport. Safe from any thread.</summary>
public interface ICallerTokens
{
    /// <summary>The token for a call, without the word <c>Bearer</c>; null where none is to go with it.</summary>
    /// <remarks>
    /// Asked for each sending: it had better keep what it fetches. The call's own context is current, so a token that came in can be passed
    /// on.
    /// </remarks>
    ValueTask<string?> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken);
}

/// <summary>What a token is wanted for. Immutable.</summary>
/// <param name="Service">The service that is called.</param>
/// <param name="Method">The wire name of the method.</param>
/// <param name="Transport">The transport that the call takes.</param>
/// <param name="IsQueued">
/// Whether the token will lie in a queue with the message, until that is handled and where others may read it.
/// </param>
public readonly record struct TokenRequest(string Service, string Method, string Transport, bool IsQueued);

internal static class BearerTokens
{
    /// <summary>The header with the token; null where there is none.</summary>
    /// <exception cref="BadMessageException">No header can carry it.</exception>
    /// <exception cref="ServiceUnavailableException">It could not be had.</exception>
    public static async ValueTask<string?> BearerAsync(this ICallerTokens tokens, TokenRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (await tokens.GetTokenAsync(request, cancellationToken).ConfigureAwait(false) is not { Length: > 0 } token) return null;
            // The same on every route, also on those that could carry more. The token is shown to nobody.
            return token.AsSpan().ContainsAnyExceptInRange('!', '~')
                ? throw new BadMessageException(
                    HeaderNames.Authorization,
                    $"The token for '{request.Service}.{request.Method}' is not sent: " +
                    "it can only have printable ASCII characters without spaces.")
                : "Bearer " + token;
        }
        catch (Exception error) when (error is not FanException && !cancellationToken.IsCancellationRequested)
        {
            throw new ServiceUnavailableException(
                request.Service,
                $"There is no token for '{request.Service}.{request.Method}': {ExceptionText.TypeOf(error)}: " +
                $"{ExceptionText.MessageOf(error)}",
                error);
        }
    }
}

/// <summary>One function as that.</summary>
internal sealed class CallerTokens(Func<TokenRequest, CancellationToken, ValueTask<string?>> get) : ICallerTokens
{
    public ValueTask<string?> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken) => get(request, cancellationToken);
}
