using System.Text.Json;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Fan.Browser.Tests;

/// <summary>A service on this machine, somebody's web site, and a browser that visits it.</summary>
public abstract class BrowserTest(Chromium chromium) : IAsyncLifetime
{
    private readonly Probe _probe = new();
    private IBrowserContext _context = null!;
    private PageServer _site = null!;

    protected TransportApplication Service { get; private set; } = null!;

    /// <summary>Where the service listens.</summary>
    protected int ServicePort { get; private set; }

    /// <summary>Where the web site is.</summary>
    protected int SitePort => _site.Port;

    protected string Target => $"http://127.0.0.1:{ServicePort}";

    /// <summary>How often a method of the service has run.</summary>
    protected int Runs => _probe.Runs;

    public async ValueTask InitializeAsync()
    {
        _site = await PageServer.StartAsync();
        _context = await chromium.Browser.NewContextAsync();
        Service = await TransportApplication.StartAsync(new MemoryTree(), "probe", fan => fan.AddHttp(options =>
        {
            options.QuietTime = TimeSpan.Zero;
            Configure(options);
        }).AddService<IProbe>(_ => _probe));
        ServicePort = (await Service.Services.GetRequiredService<IEndpointDirectory>().FindAsync(
            "probe", TestContext.Current.CancellationToken))[0].Description.Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync().WaitAsync(Eventually.Deadline);
        await Service.DisposeAsync();
        await _site.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual void Configure(FanHttpOptions options)
    {
    }

    /// <summary>Opens a page.</summary>
    protected async Task<IPage> VisitAsync(string address)
    {
        var page = await _context.NewPageAsync().WaitAsync(Eventually.Deadline);
        await page.GotoAsync(address);
        return page;
    }

    /// <summary>
    /// Runs a script in a page; in it, <c>target</c> is the service and <c>redirect</c> a place of the page's own site that leads on to
    /// what is appended.
    /// </summary>
    protected Task<JsonElement?> RunAsync(IPage page, string script)
    {
        ArgumentNullException.ThrowIfNull(page);
        var site = new Uri(page.Url).GetLeftPart(UriPartial.Authority);
        return page.EvaluateAsync(
            $"async ([target, redirect]) => {{ {script} }}", new[] { Target, site + "/redirect?to=" }).WaitAsync(Eventually.Deadline);
    }

    /// <summary>Waits until the service has refused that many requests in all: the browser did send them.</summary>
    protected Task RefusesAsync(long count, string what) =>
        Eventually.TrueAsync(() => Task.FromResult(Service.Rejected >= count), $"the service refuses what is sent by: {what}");
}
