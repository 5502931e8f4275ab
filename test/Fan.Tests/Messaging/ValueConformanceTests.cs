using Fan.Conformance.Transports;

namespace Fan.Tests.Messaging;

/// <summary>No network: the service is in the application that calls it.</summary>
internal sealed class NoTransport : ITransportHarness
{
    public void AddTo(FanBuilder application)
    {
    }

    public ValueTask DisposeAsync() => default;
}

public sealed class DirectValueTests : TransportValueConformance
{
    protected override bool IsDirect => true;

    protected override TransportApplication Calling => Service;

    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new NoTransport());
}

public sealed class CopiedValueTests : TransportValueConformance
{
    protected override TransportApplication Calling => Service;

    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new NoTransport());

    protected override void Configure(FanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        base.Configure(options);
        options.CopyLocalCalls = true;
    }
}
