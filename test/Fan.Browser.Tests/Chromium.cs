using Fan.Browser.Tests;
using Fan.Conformance;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Fan.Browser.Tests;

/// <summary>A real browser for all tests. To it <c>evil.example</c> is this machine, as an attacker's DNS would have it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium";

    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Path))
        {
            throw new InvalidOperationException($"{Path} is not there: install it, e.g. 'sudo apt-get install chromium'.");
        }
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Path,
            Args =
            [
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP evil.example 127.0.0.1",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.CloseAsync().WaitAsync(Eventually.Deadline);
        _playwright?.Dispose();
    }
}
