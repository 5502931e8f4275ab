namespace Fan.Messaging;

/// <summary>
/// The bounds of what an application accepts and sends. Everything over one is refused with <see cref="LimitExceededException"/>.
/// </summary>
public sealed class FanLimits
{
    /// <summary>The payload of one message, or of one item of a sequence, in bytes. Default 4 MiB.</summary>
    public int MaxPayloadBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// How many objects, lists and maps may stand within each other in an argument, a result or an item, be it JSON or the compact form.
    /// Default 64.
    /// </summary>
    public int MaxDepth { get; set; } = 64;

    /// <summary>All headers of a message together, in bytes. Default 32 KiB.</summary>
    public int MaxHeaderBytes { get; set; } = 32 * 1024;

    /// <summary>How many headers a message may have. Default 100.</summary>
    public int MaxHeaders { get; set; } = 100;

    /// <summary>How many services an application may follow in the store. Default 10,000.</summary>
    public int MaxFollowedServices { get; set; } = 10_000;

    internal IEnumerable<string> Validate()
    {
        if (MaxPayloadBytes is < 1024 or > 1 << 30)
        {
            yield return $"Limits.{nameof(MaxPayloadBytes)} must be from 1 KiB to 1 GiB; it is {MaxPayloadBytes}.";
        }

        if (MaxDepth is < 1 or > 1000) yield return $"Limits.{nameof(MaxDepth)} must be from 1 to 1000; it is {MaxDepth}.";
        if (MaxHeaderBytes is < 1024 or > 1 << 20)
        {
            yield return $"Limits.{nameof(MaxHeaderBytes)} must be from 1 KiB to 1 MiB; it is {MaxHeaderBytes}.";
        }

        if (MaxHeaders is < 16 or > 1000) yield return $"Limits.{nameof(MaxHeaders)} must be from 16 to 1000; it is {MaxHeaders}.";
        if (MaxFollowedServices is < 1 or > 1_000_000)
        {
            yield return $"Limits.{nameof(MaxFollowedServices)} must be from 1 to 1,000,000; it is {MaxFollowedServices}.";
        }
    }
}
