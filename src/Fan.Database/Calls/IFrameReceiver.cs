namespace Fan.Database.Calls;

/// <summary>One side of calls, as the mailbox sees it. Safe from any thread.</summary>
internal interface IFrameReceiver
{
    /// <summary>The instances that calls are open with.</summary>
    IEnumerable<long> Peers { get; }

    /// <summary>Takes a frame; must not block.</summary>
    void Receive(CallFrame frame);

    /// <summary>An instance has died, so that nothing more comes from it.</summary>
    void Lost(long peer, string why);

    /// <summary>What was on its way to this process may be gone.</summary>
    void LostAll(string why);
}
