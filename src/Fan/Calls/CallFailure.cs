using Fan.Discovery;

namespace Fan.Calls;

/// <summary>
/// What a call may end with at its caller: an error of Fan's or the caller's own cancellation, whatever stands behind it threw.
/// </summary>
internal static class CallFailure
{
    /// <summary>Whether a call broke off after it may have been sent, so that it is repeated where that does no harm.</summary>
    public static bool IsBrokenOff(Exception error, CancellationToken cancellationToken) =>
        error is ServiceUnavailableException || (error is not FanException && !cancellationToken.IsCancellationRequested);

    /// <summary>What the end of its connection means to a call that may have been sent.</summary>
    public static ServiceUnavailableException OfConnection(string service, string message, Exception inner) =>
        new(service, message, inner) { IsOfConnection = true };

    /// <summary>The error as the caller sees it.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="service">The service that was called.</param>
    /// <param name="method">The method that was called.</param>
    /// <param name="endpoint">Where the call was sent to last; null where it was not.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static Exception Of(Exception error, string service, string method, Endpoint? endpoint, CancellationToken cancellationToken)
    {
        if (error is FanException) return error;
        if (cancellationToken.IsCancellationRequested)
        {
            return error is OperationCanceledException
                ? error
                : new OperationCanceledException($"The call of '{service}.{method}' was cancelled.", error, cancellationToken);
        }

        var why = error is OperationCanceledException
            ? "it was cancelled there, which the caller did not ask for"
            : $"{ExceptionText.TypeOf(error)}: {ExceptionText.MessageOf(error).TrimEnd('.')}";
        return new ServiceUnavailableException(
            service, $"The call of '{service}.{method}'{(endpoint is null ? "" : $" at {endpoint}")} broke off: {why}.", error);
    }
}
