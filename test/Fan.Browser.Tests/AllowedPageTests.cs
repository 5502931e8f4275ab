using Fan.Http;

namespace Fan.Browser.Tests;

/// <summary>A page of an origin that configuration allows calls and reads replies; no other does.</summary>
public sealed class AllowedPageTests(Chromium chromium) : BrowserTest(chromium)
{
    private const string Put =
        "const reply = await fetch(target + '/probe', { method: 'PUT', body: '{\"text\": \"hello\"}', headers: { 'content-type': " +
        "'application/json', 'fan-ttl': '5000' } }); return await reply.text()";

    [Fact]
    public async Task A_page_of_an_allowed_origin_asks_first_and_then_calls()
    {
        var page = await VisitAsync($"http://localhost:{SitePort}/");
        Assert.Equal("\"hello\"", (await RunAsync(page, Put))!.Value.GetString());
        Assert.Equal("2", (await RunAsync(page, "return await (await fetch(target + '/probe')).text()"))!.Value.GetString());
        var form =
            "const data = new FormData(); data.append('text', 'x'); return await (await fetch(target + '/probe', { method: " +
            "'POST', body: data })).text()";
        Assert.Equal("3", (await RunAsync(page, form))!.Value.GetString());
        Assert.Equal(
            "no_such_method",
            (await RunAsync(
                page,
                "return (await (await fetch(target + '/probe/nowhere', { method: 'POST', body: '{}', headers: { 'content-type': " +
                "'application/json' } })).json()).code"))!.Value.GetString());
        Assert.Equal(3, Runs);
    }

    [Fact]
    public async Task What_a_page_sends_without_asking_is_json_or_a_declared_form_nevertheless()
    {
        var page = await VisitAsync($"http://localhost:{SitePort}/");
        foreach (var body in (string[])["new Blob(['{\"text\": \"x\"}'])", "'{\"text\": \"x\"}'", "new URLSearchParams({ text: 'x' })"])
        {
            var script = $"return (await fetch(target + '/probe/put', {{ method: 'POST', body: {body} }})).status";
            Assert.Equal(415, (await RunAsync(page, script))!.Value.GetInt32());
        }

        Assert.Equal(0, Runs);
    }

    [Fact]
    public async Task Another_page_does_not()
    {
        foreach (var host in (string[])["evil.example", "127.0.0.1"])
        {
            var page = await VisitAsync($"http://{host}:{SitePort}/");
            await Assert.ThrowsAsync<Microsoft.Playwright.PlaywrightException>(() => RunAsync(page, Put));
        }

        Assert.Equal((0, 2), (Runs, (int)Service.Rejected));
    }

    protected override void Configure(FanHttpOptions options) => options.AllowedOrigins = [$"http://localhost:{SitePort}"];
}
