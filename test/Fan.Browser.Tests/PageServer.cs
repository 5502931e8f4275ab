using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Browser.Tests;

/// <summary>Somebody's web site: an empty page at <c>/</c>, and redirects that keep the verb and body at <c>/redirect?to=…</c>.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication _web;

    private PageServer(WebApplication web) => _web = web;

    public int Port =>
        new Uri(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    public static async Task<PageServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        web.Run(context =>
        {
            if (context.Request.Path == "/redirect")
            {
                context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                context.Response.Headers.Location = context.Request.Query["to"];
                context.Response.Headers.AccessControlAllowOrigin = "*";
                return Task.CompletedTask;
            }

            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<!doctype html><title>page</title><body></body>");
        });
        await web.StartAsync();
        return new PageServer(web);
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
