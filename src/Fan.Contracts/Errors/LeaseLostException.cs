namespace Fan;

/// <summary>
/// A strict service of an application that can't know whether it still belongs to the system; nothing was done. Callers go on to another
/// endpoint by themselves, so only who asks one endpoint alone sees it. Wire code <c>lease_lost</c>.
/// </summary>
public sealed class LeaseLostException(string service, string message)
    : FanException(ErrorCodes.LeaseLost, message)
{
    /// <summary>The service.</summary>
    public string Service { get; } = service;
}
