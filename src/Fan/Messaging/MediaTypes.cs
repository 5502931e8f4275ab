namespace Fan.Messaging;

/// <summary>The forms in which Fan writes payloads.</summary>
public static class MediaTypes
{
    /// <summary>Arguments as an object of names, everywhere.</summary>
    public const string Json = "application/json";

    /// <summary>The compact form, see docs/codec.md: between Fan applications, for methods whose endpoint says so.</summary>
    public const string Compact = "application/x-fan";
}
