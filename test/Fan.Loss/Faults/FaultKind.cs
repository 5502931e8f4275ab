namespace Fan.Loss.Faults;

/// <summary>What a run does to its pushes, by name.</summary>
internal static class FaultKind
{
    /// <summary>A consumer, a producer or the broker is killed without warning.</summary>
    public const string Consumer = "consumer", Producer = "producer", Broker = "broker";

    /// <summary>Somebody deletes at the broker or in the database what the queue lives on.</summary>
    public const string Delete = "delete";

    /// <summary>The broker runs short of memory, takes nothing for a while, and is well again.</summary>
    public const string Alarm = "alarm";

    /// <summary>Texts that can't be stored everywhere: in arguments, headers, and what handlers throw.</summary>
    public const string Texts = "texts";

    /// <summary>Handlers that ignore their token.</summary>
    public const string Hang = "hang";

    /// <summary>Handlers that take longer than the broker lets a consumer keep a message.</summary>
    public const string ConsumerTimeout = "consumer-timeout";

    /// <summary>Those that happen now and then, in turn.</summary>
    public static IReadOnlyList<string> Events { get; } = [Consumer, Producer, Broker, Delete, Alarm];

    /// <summary>Those that some pushes bring along.</summary>
    public static IReadOnlyList<string> Traits { get; } = [Texts, Hang, ConsumerTimeout];

    /// <summary>What can be done to a route.</summary>
    public static IReadOnlyList<string> Of(string route) =>
        [.. Events.Concat(Traits).Where(kind => kind switch
        {
            Broker => route != "sqlite",
            Alarm or ConsumerTimeout => route == "amqp",
            _ => true,
        })];
}
