namespace Fan;

/// <summary>
/// The endpoint has a method of that name whose arguments or result are not those that the caller was built with, so one side would misread
/// the other. Nothing was sent. Wire code <c>contract_mismatch</c>.
/// </summary>
public sealed class ContractMismatchException(
    string service, string method, string callerFingerprint, string endpointFingerprint, string message)
    : FanException(ErrorCodes.ContractMismatch, message)
{
    /// <summary>The service that was called.</summary>
    public string Service { get; } = service;

    /// <summary>The wire name of the method.</summary>
    public string Method { get; } = method;

    /// <summary>The fingerprint of the method in the caller's contract.</summary>
    public string CallerFingerprint { get; } = callerFingerprint;

    /// <summary>The fingerprint that the endpoint publishes.</summary>
    public string EndpointFingerprint { get; } = endpointFingerprint;
}
