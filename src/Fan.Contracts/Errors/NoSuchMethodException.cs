namespace Fan;

/// <summary>The service has no method of that name. Wire code <c>no_such_method</c>.</summary>
public sealed class NoSuchMethodException(string service, string method, IReadOnlyList<string> available, string message)
    : FanException(ErrorCodes.NoSuchMethod, message)
{
    /// <summary>The service that was asked.</summary>
    public string Service { get; } = service;

    /// <summary>The method that it does not have.</summary>
    public string Method { get; } = method;

    /// <summary>The methods that it has.</summary>
    public IReadOnlyList<string> Available { get; } = available;

    /// <summary>Whether an endpoint says so of itself, before anything was done: another one may have the method.</summary>
    internal bool IsOfEndpoint { get; init; }
}
