using Fan.Versions;

namespace Fan.Proxies;

/// <summary>The settings of a proxy.</summary>
public sealed class ProxyOptions
{
    /// <summary>
    /// The version under which the proxy is registered: several may run at once, and the route of its own name decides between them.
    /// Default 1.0.0.
    /// </summary>
    public string Version { get; set; } = "1.0.0";

    /// <summary>The most copies that are under way at a time; what is mirrored beyond that is dropped, and counted. Default 64.</summary>
    public int MaxMirrored { get; set; } = 64;

    /// <summary>
    /// Other services whose methods it takes too, without brackets, e.g. one that it translates the calls for. The methods of the service
    /// that it stands before need not be named.
    /// </summary>
    public IList<string> MethodsOf { get; } = [];

    /// <summary>
    /// The most proxies that a call may have passed before this one; one that passed more, because proxies lead to each other, ends with
    /// <see cref="LimitExceededException"/>, whose message names them. From 1 to 64. Default 16.
    /// </summary>
    public int MaxPassed { get; set; } = 16;

    internal void Validate(string proxy)
    {
        if (!ServiceVersion.TryParse(Version, out _))
        {
            throw new FormatException($"'{Version}' of proxy '{proxy}' is no version; write 1.2.0.");
        }

        if (MaxMirrored is < 0 or > 10_000)
        {
            throw new InvalidOperationException($"{nameof(MaxMirrored)} of proxy '{proxy}' must be from 0 to 10,000; it is {MaxMirrored}.");
        }

        if (MaxPassed is < 1 or > 64)
        {
            throw new InvalidOperationException($"{nameof(MaxPassed)} of proxy '{proxy}' must be from 1 to 64; it is {MaxPassed}.");
        }
    }
}
