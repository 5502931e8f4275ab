using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Http.Origins;
using Fan.Http.Serving;
using Fan.Http.Templates;
using Fan.Serving;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Fan.Http.Tests;

/// <summary>Who calls over HTTP: certificates, tokens that ASP.NET Core checks, its users; and how refusal looks to anybody.</summary>
public sealed class CallerTests : HttpTest
{
    private static readonly SymmetricSecurityKey Key = new(Encoding.UTF8.GetBytes("a key of these tests and of nothing else"));

    private readonly Cellar _cellar = new();

    [Fact]
    public async Task A_json_web_token_that_asp_net_core_accepts_is_who_calls()
    {
        await ServeWithTokensAsync();
        var caller = await StartAsync("caller", fan => fan.UseCallerToken((_, _) => new(Token("orders", TimeSpan.FromMinutes(5)))));
        await caller.Fan.Get<ICellar>().GetAsync(1);
        Assert.Equal("orders", _cellar.Seen!.Principal!.Identity!.Name);
        var stranger = await StartAsync("stranger", fan => fan.UseCallerToken((_, _) => new(Token("stranger", TimeSpan.FromMinutes(5)))));
        await Assert.ThrowsAsync<AccessDeniedException>(async () => await stranger.Fan.Get<ICellar>().GetAsync(1));
    }

    [Fact]
    public async Task A_json_web_token_that_is_over_or_of_another_key_proves_nothing()
    {
        await ServeWithTokensAsync();
        var late = await StartAsync("late", fan => fan.UseCallerToken((_, _) => new(Token("orders", TimeSpan.FromMinutes(-10)))));
        Assert.Contains(
            "SecurityTokenExpiredException",
            (await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await late.Fan.Get<ICellar>().GetAsync(1))).Message,
            StringComparison.Ordinal);
        var forged = await StartAsync(
            "forged",
            fan => fan.UseCallerToken((_, _) => new(Token(
                "orders",
                TimeSpan.FromMinutes(5),
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes("a key that somebody else has made up"))))));
        await Assert.ThrowsAsync<NotAuthenticatedException>(async () => await forged.Fan.Get<ICellar>().GetAsync(1));
        Assert.Equal(0, _cellar.Calls);
    }

    [Fact]
    public async Task Without_authentication_of_asp_net_core_the_start_says_what_to_add()
    {
        var error = await Assert.ThrowsAsync<FanStartException>(
            () => StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar).AddAspNetCoreAuthentication()));
        Assert.Contains("AddJwtBearer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_is_401_with_a_challenge_and_403_and_problem_details()
    {
        var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar).AddCallerAuthenticator<TokenAuthenticator>()
            .Authorize<ICellar>(policy => policy.RequireCaller("orders")));
        using var client = new HttpClient { BaseAddress = await AddressAsync(service, "cellar") };
        var (nobody, unknown) = await PostAsync(client, null);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (nobody.StatusCode, nobody.Headers.WwwAuthenticate.Single().Scheme));
        Assert.Equal(
            ("urn:fan:error:not_authenticated", 401, "cellar", "get"),
            (Text(unknown, "type"), unknown.GetProperty("status").GetInt32(), Text(unknown, "service"), Text(unknown, "method")));
        var (stranger, denied) = await PostAsync(client, "stranger");
        Assert.Equal(HttpStatusCode.Forbidden, stranger.StatusCode);
        Assert.Equal(("urn:fan:error:access_denied", 403), (Text(denied, "type"), denied.GetProperty("status").GetInt32()));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, "orders")).Reply.StatusCode);
        Assert.Equal(1, _cellar.Calls);
    }

    [Fact]
    public async Task The_subject_of_a_certificate_is_who_calls_and_a_token_may_come_beside_it()
    {
        using var certificates = new Certificates();
        await StartAsync(
            "cellars",
            fan => fan.AddService<ICellar>(_ => _cellar).AddCallerAuthenticator<TokenAuthenticator>()
                .Authorize<ICellar>(policy => policy.RequireCaller("gateway"))
                .Authorize<ICellar>("nothing", policy => policy.RequireRole("owner")),
            options => (options.CertificateFile, options.TrustedCertificatesFile, options.RequireClientCertificate) = (
                certificates.Issue("service"), certificates.AuthorityFile, true));
        string? token = null;
        var gateway = await CallerAsync("gateway");
        await gateway.GetAsync(1);
        await Assert.ThrowsAsync<AccessDeniedException>(async () => await gateway.NothingAsync());
        token = "ann:owner";
        Assert.Null(await gateway.NothingAsync());
        await gateway.GetAsync(2);
        Assert.Equal(["ann", "gateway"], _cellar.Seen!.Principal!.Identities.Select(identity => identity.Name));
        await Assert.ThrowsAsync<AccessDeniedException>(async () => await (await CallerAsync("other")).GetAsync(1));

        async Task<ICellar> CallerAsync(string name) => (await StartAsync(
            "caller",
            fan => fan.UseCallerToken((_, _) => new(token)),
            options => (options.CertificateFile, options.TrustedCertificatesFile) = (
                certificates.Issue(name), certificates.AuthorityFile))).Fan.Get<ICellar>();
    }

    [Fact]
    public async Task A_service_that_asks_who_calls_is_not_offered_where_nobody_could_say()
    {
        var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar).AddService<ITill, Till>().Authorize<ICellar>(
            policy => policy.RequireAuthenticated()));
        await service.SeesAsync("shop.till", 1);
        await service.SeesAsync("cellar", 0);
        // The application's own code is let in.
        Assert.Equal(3, service.Fan.Get<ICellar>().Add(1, 2));
        Assert.Equal(3, await service.Fan.CallAsync<int>("cellar.add", Json("""{"left": 1, "right": 2}""")));
    }

    [Fact]
    public async Task The_user_of_a_web_application_around_it_is_who_calls()
    {
        var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar).AddCallerAuthenticator<TokenAuthenticator>()
            .Authorize<ICellar>(policy => policy.RequireCaller("ann")));
        var server = service.Services.GetRequiredService<CallServer>();
        var dispatcher = new CallDispatcher(
            server,
            new TemplateTable(server),
            new LameDuck(TimeSpan.Zero, TimeProvider.System),
            new RequestCaller(asksCallers: false),
            new OriginGuard(new FanHttpOptions()));
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var web = builder.Build();
        web.Use((context, next) =>
        {
            if (context.Request.Headers["x-user"].ToString() is { Length: > 0 } user)
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "cookies"));
            }
            return next(context);
        });
        web.Run(context => dispatcher.ServeAsync(context.Features));
        await web.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient
        {
            BaseAddress = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single())
        };
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(client, null)).Reply.StatusCode);
        client.DefaultRequestHeaders.Add("x-user", "ann");
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, null)).Reply.StatusCode);
        Assert.Equal("ann", _cellar.Seen!.Principal!.Identity!.Name);
    }

    private Task<TransportApplication> ServeWithTokensAsync() => StartAsync("cellars", fan =>
    {
        fan.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.MapInboundClaims = false;
            options.TokenValidationParameters = new TokenValidationParameters
            {
                ValidateIssuer = false,
                ValidAudience = "cellars",
                IssuerSigningKey = Key,
                NameClaimType = "sub"
            };
        });
        fan.AddService<ICellar>(_ => _cellar).AddAspNetCoreAuthentication().Authorize(policy => policy.RequireCaller("orders"));
    });

    private static string Token(string name, TimeSpan left, SymmetricSecurityKey? key = null) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = "cellars",
            Subject = new ClaimsIdentity([new Claim("sub", name)]),
            NotBefore = DateTime.UtcNow.AddHours(-1),
            Expires = DateTime.UtcNow + left,
            SigningCredentials = new SigningCredentials(key ?? Key, SecurityAlgorithms.HmacSha256),
        });

    private static async Task<(HttpResponseMessage Reply, JsonElement Body)> PostAsync(HttpClient client, string? token)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, "cellar/get")
        {
            Content = new StringContent("""{"id": 1}""", Encoding.UTF8, "application/json")
        };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var reply = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (reply, JsonDocument.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }

    private static string? Text(JsonElement body, string member) => body.GetProperty(member).GetString();
}
