using Fan.Conformance;

namespace Fan.Browser.Tests;

/// <summary>
/// A page of another origin runs no method of a service on this machine, whatever a browser lets it send. That the browser did send it, the
/// count of refusals says.
/// </summary>
public sealed class ForeignPageTests(Chromium chromium) : BrowserTest(chromium)
{
    // A form in a frame of its own, so that the page stays.
    private const string Form = """
        const submit = (action, method, type, fill) => {
            const frame = document.body.appendChild(document.createElement('iframe'));
            frame.name = 'frame' + Math.random();
            const form = document.body.appendChild(document.createElement('form'));
            Object.assign(form, { action, method, enctype: type, target: frame.name });
            const input = form.appendChild(document.createElement('input'));
            Object.assign(input, fill ?? { name: 'text', value: 'x' });
            form.submit();
        };
        const file = (to) => {
            const form = document.createElement('form');
            const data = new FormData(form);
            data.append('file', new File(['hi'], 'hi.txt', { type: 'text/plain' }));
            return fetch(to, { method: 'POST', mode: 'no-cors', body: data });
        };
        const post = (to, mode, type, body) =>
            fetch(to, { method: 'POST', mode, body, headers: type ? { 'content-type': type } : {} }).catch(() => { });
        const load = (element, more) => document.body.appendChild(Object.assign(document.createElement(element), more));
        const json = '{"text": "x"}';
        """;

    private static readonly string[] Attacks =
    [
        "submit(target + '/probe', 'post', 'application/x-www-form-urlencoded')",
        "submit(target + '/probe/take', 'post', 'application/x-www-form-urlencoded')",
        "submit(target + '/probe', 'post', 'multipart/form-data')",
        "submit(target + '/probe/take', 'post', 'text/plain', { name: '{\"text\": \"', value: '\"}' })",
        "submit(target + '/probe', 'get', '')",
        "submit(redirect + target + '/probe', 'post', 'application/x-www-form-urlencoded')",
        "submit(redirect + target + '/probe/take', 'post', 'multipart/form-data')",
        "await post(target + '/probe', 'no-cors', 'application/x-www-form-urlencoded', 'text=x')",
        "await post(target + '/probe/take', 'no-cors', 'application/x-www-form-urlencoded', json)",
        "await post(target + '/probe/take', 'no-cors', 'text/plain', json)",
        "await post(target + '/probe/take', 'no-cors', null, new Blob([json]))",
        "await post(target + '/probe/take', 'no-cors', null, new TextEncoder().encode(json))",
        "await post(target + '/probe/take', 'no-cors', null, null)",
        "await post(target + '/probe', 'no-cors', null, new FormData(document.createElement('form')))",
        "await post(target + '/probe', 'cors', 'application/x-www-form-urlencoded', 'text=x')",
        "await post(target + '/probe/take', 'cors', 'application/x-www-form-urlencoded', json)",
        "await post(target + '/probe/take', 'cors', 'text/plain', json)",
        "await post(target + '/probe/take', 'cors', 'application/json', json)",
        "await post(target + '/probe/take', 'cors', null, new Blob([json]))",
        "await post(redirect + target + '/probe/take', 'no-cors', 'text/plain', json)",
        "await post(redirect + target + '/probe/take', 'cors', null, new Blob([json]))",
        "await file(target + '/probe')",
        "await file(redirect + target + '/probe')",
        "await fetch(target + '/probe', { mode: 'no-cors' })",
        "await fetch(target + '/probe', { mode: 'no-cors', keepalive: true, credentials: 'include', referrerPolicy: 'no-referrer' })",
        "await fetch(target + '/probe').catch(() => { })",
        "await fetch(target + '/probe', { method: 'HEAD', mode: 'no-cors' })",
        "await fetch(target + '/probe', { method: 'PUT', body: json }).catch(() => { })",
        "load('img', { src: target + '/probe' })",
        "load('img', { src: redirect + target + '/probe' })",
        "load('img', { src: target + '/probe', crossOrigin: 'use-credentials' })",
        "load('script', { src: target + '/probe' })",
        "load('script', { src: target + '/probe', type: 'module' })",
        "load('link', { rel: 'stylesheet', href: target + '/probe' })",
        "load('link', { rel: 'prefetch', href: target + '/probe' })",
        "load('iframe', { src: target + '/probe' })",
        "load('iframe', { src: redirect + target + '/probe' })",
        "load('audio', { src: target + '/probe', preload: 'auto' })",
        "load('object', { data: target + '/probe' })",
        "load('iframe', { sandbox: 'allow-scripts', srcdoc: `<script>fetch('${target}/probe/take', { method: 'POST', mode: 'no-cors', " +
        "body: '{}' })</script>` })",
        "load('iframe', { src: `data:text/html,<script>fetch('${target}/probe')</script>` })",
        "navigator.sendBeacon(target + '/probe/take', json)",
        "navigator.sendBeacon(target + '/probe/take', new Blob([json]))",
        "navigator.sendBeacon(target + '/probe', new URLSearchParams({ text: 'x' }))",
        "new EventSource(target + '/probe')",
        "new WebSocket(target.replace('http', 'ws') + '/probe')",
        "new Worker(URL.createObjectURL(new Blob([`fetch('${target}/probe', { mode: 'no-cors' })`])))",
        "window.open(target + '/probe')",
    ];

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1")]
    public async Task A_page_of_another_origin_runs_nothing(string host)
    {
        foreach (var attack in Attacks)
        {
            var before = Service.Rejected;
            var page = await VisitAsync($"http://{host}:{SitePort}/");
            await RunAsync(page, Form + attack);
            await RefusesAsync(before + 1, attack);
            await page.CloseAsync().WaitAsync(Eventually.Deadline);
            Assert.True(Runs == 0, attack);
        }
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1")]
    public async Task A_page_that_leads_on_to_the_service_runs_nothing(string host)
    {
        var page = await VisitAsync($"http://{host}:{SitePort}/");
        // The browser loses a page's closing while it moves to another origin: wait until it is there.
        var there = page.WaitForURLAsync(Target + "/probe");
        await RunAsync(page, "setTimeout(() => location = target + '/probe')");
        await there;
        await RefusesAsync(1, "location");
        Assert.Equal(0, Runs);
    }

    [Fact]
    public async Task A_name_that_leads_here_runs_nothing_and_reads_nothing()
    {
        // To the browser the service is a page of evil.example now, which may send and read everything.
        var page = await VisitAsync($"http://evil.example:{ServicePort}/probe");
        foreach (var script in (string[])[
            "return (await fetch('/probe')).status",
            "return (await fetch('/probe/take', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status",
            "return (await fetch('/probe', { method: 'PUT', body: '{\"text\": \"x\"}', headers: { 'content-type': 'application/json', " +
            "'fan-ttl': '100' } })).status",
            "return (await fetch('/openapi.json')).status"])
        {
            Assert.Equal(403, (await RunAsync(page, script))!.Value.GetInt32());
        }

        await RefusesAsync(5, "each of them");
        Assert.Equal(0, Runs);
    }

    [Fact]
    public async Task Whoever_types_the_address_is_served()
    {
        var page = await VisitAsync(Target + "/probe");
        Assert.Equal("1", await page.InnerTextAsync("body"));
        Assert.Equal(1, Runs);
        // A page of the service's own origin may call.
        Assert.Equal(
            200,
            (await RunAsync(
                page,
                "return (await fetch('/probe', { method: 'PUT', body: '{\"text\": \"x\"}', headers: { 'content-type': " +
                "'application/json' } })).status"))!.Value.GetInt32());
        Assert.Equal(2, Runs);
    }
}
