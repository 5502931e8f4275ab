namespace Fan.Brokers;

/// <summary>A call that came over a broker and is being served.</summary>
internal interface IRunningCall
{
    /// <summary>Its name.</summary>
    CallKey Key { get; }

    /// <summary>Ends its work, as its caller has left it.</summary>
    void Leave();
}
