using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Ipc.Tests;

internal sealed class IpcHarness : ITransportHarness
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fan-ipc-");

    public void AddTo(FanBuilder application) => application.AddIpc(options => options.Folder = _folder.FullName);

    public ValueTask DisposeAsync()
    {
        // Nothing is left behind by applications that have stopped.
        Assert.Empty(_folder.GetFiles());
        _folder.Delete();
        return default;
    }
}

/// <summary>What is used on Windows; elsewhere .NET plays pipes by sockets, so that the same code runs here.</summary>
internal sealed class PipeHarness : ITransportHarness
{
    public void AddTo(FanBuilder application) => application.AddIpc(options => options.UsesPipes = true);

    public ValueTask DisposeAsync() => default;
}

internal sealed class TcpHarness : ITransportHarness
{
    public void AddTo(FanBuilder application) => application.AddTcp();

    public ValueTask DisposeAsync() => default;
}

internal sealed class TlsHarness : ITransportHarness
{
    private readonly Certificates _certificates = new();
    private readonly string _file;

    public TlsHarness() => _file = _certificates.Issue("one");

    public void AddTo(FanBuilder application) => application.AddTcp(options =>
    {
        options.CertificateFile = _file;
        options.TrustedCertificatesFile = _certificates.AuthorityFile;
        options.RequireClientCertificate = true;
    });

    public ValueTask DisposeAsync()
    {
        _certificates.Dispose();
        return default;
    }
}

public sealed class IpcCallTests : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcContractTests : TransportContractConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcErrorTests : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcTimeTests : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcTimeLimitTests : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcEndpointTests : TransportEndpointConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcStreamTests : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcLimitTests : CompactLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcContextTests : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcLossTests : WireLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class TcpCallTests : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TcpErrorTests : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TcpTimeTests : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TcpTimeLimitTests : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TcpEndpointTests : TransportEndpointConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TcpStreamTests : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TcpLimitTests : CompactLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TcpContextTests : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TcpLossTests : WireLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TlsCallTests : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TlsHarness());
}

public sealed class TlsErrorTests : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TlsHarness());
}

public sealed class TlsTimeTests : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TlsHarness());
}

public sealed class TlsTimeLimitTests : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TlsHarness());
}

public sealed class TlsStreamTests : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TlsHarness());
}

public sealed class TlsLimitTests : CompactLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TlsHarness());
}

public sealed class TlsContextTests : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TlsHarness());
}

public sealed class TlsLossTests : WireLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TlsHarness());
}

public sealed class PipeCallTests : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new PipeHarness());
}

public sealed class PipeErrorTests : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new PipeHarness());
}

public sealed class PipeTimeTests : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new PipeHarness());
}

public sealed class PipeTimeLimitTests : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new PipeHarness());
}

public sealed class PipeStreamTests : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new PipeHarness());
}

public sealed class PipeContextTests : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new PipeHarness());
}

public sealed class PipeLossTests : WireLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new PipeHarness());
}

public sealed class PipeLimitTests : CompactLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new PipeHarness());
}

public sealed class IpcSecurityTests : TransportSecurityConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class TcpSecurityTests : TransportSecurityConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class IpcValueTests : TransportValueConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class IpcBlameTests : TransportBlameConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new IpcHarness());
}

public sealed class TcpValueTests : TransportValueConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}

public sealed class TcpBlameTests : TransportBlameConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => Task.FromResult<ITransportHarness>(new TcpHarness());
}
