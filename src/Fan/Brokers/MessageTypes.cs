namespace Fan.Brokers;

/// <summary>The kinds of messages of calls over a broker.</summary>
internal static class MessageTypes
{
    /// <summary>A request with one reply.</summary>
    public const string Call = "fan.call";

    /// <summary>A request whose reply is a sequence.</summary>
    public const string Sequence = "fan.sequence";

    /// <summary>The caller has left its call.</summary>
    public const string Cancel = "fan.cancel";

    /// <summary>The service may send more items.</summary>
    public const string Credit = "fan.credit";

    /// <summary>Asks whether calls are known; also asks the broker whether the queue is there.</summary>
    public const string Probe = "fan.probe";

    /// <summary>What a process sends to its own queue to know that nothing stands before it.</summary>
    public const string Mark = "fan.mark";

    /// <summary>The reply of a call.</summary>
    public const string Reply = "fan.reply";

    /// <summary>One item of a sequence.</summary>
    public const string Item = "fan.item";

    /// <summary>The end of a sequence.</summary>
    public const string End = "fan.end";

    /// <summary>The error that a call or sequence ended with.</summary>
    public const string Error = "fan.error";

    /// <summary>Calls that a probe asked for and that the service does not have.</summary>
    public const string Unknown = "fan.unknown";
}
