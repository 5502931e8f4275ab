namespace Fan.Ipc.Wire;

/// <summary>The bounds of the protocol that no setting changes.</summary>
internal static class WireLimits
{
    /// <summary>The bytes before the body of each frame: length, stream, type.</summary>
    public const int HeaderBytes = 9;

    /// <summary>The longest hello.</summary>
    public const int MaxHelloBytes = 1024;

    /// <summary>The longest body of a frame without a payload.</summary>
    public const int MaxControlBytes = 64 * 1024;

    /// <summary>The longest frame that is skipped with an error for its call; anything longer ends the connection.</summary>
    public const int MaxSkippedBytes = 1 << 30;

    /// <summary>The longest interned text, in bytes.</summary>
    public const int MaxNameBytes = 512;

    /// <summary>The versions of the protocol that this code speaks.</summary>
    public const byte MinVersion = 1;

    public const byte MaxVersion = 1;

    /// <summary>The texts of one error.</summary>
    public const int MaxErrorFields = 1024;
}
