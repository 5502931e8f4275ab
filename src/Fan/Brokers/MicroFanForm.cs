namespace Fan.Brokers;

/// <summary>The two forms of micro-fan's messages.</summary>
internal enum MicroFanForm
{
    /// <summary>Ids are decimal texts and the sampling decision <c>"True"</c> or <c>"False"</c>; a reply is wrapped once.</summary>
    Amqp,

    /// <summary>Ids are numbers and the sampling decision is a boolean; a reply stands in the <c>response</c> of another one.</summary>
    Redis,
}
