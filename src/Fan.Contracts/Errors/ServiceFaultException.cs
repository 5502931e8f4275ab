namespace Fan;

/// <summary>A failure that a service declares to its callers. It arrives as itself on every transport. Wire code <c>fault</c>.</summary>
/// <remarks>
/// Throw it from an implementation for what a caller should handle; any other exception arrives as <see cref="RemoteFailureException"/>.
/// </remarks>
public sealed class ServiceFaultException(string fault, string message) : FanException(ErrorCodes.Fault, message)
{
    /// <summary>The service's own code for the failure, e.g. <c>out_of_stock</c>.</summary>
    public string Fault { get; } = fault;
}
