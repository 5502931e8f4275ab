namespace Fan.Conformance.Transports;

/// <summary>The transport under test. One harness serves one test; what it starts it stops.</summary>
public interface ITransportHarness : IAsyncDisposable
{
    /// <summary>Adds both directions of the transport to an application.</summary>
    void AddTo(FanBuilder application);
}
