using Fan.Http;
using Fan.Http.Calling;
using Fan.Http.Serving;
using Fan.Http.Settings;
using Fan.Security;
using Fan.Serving;
using Fan.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan;

/// <summary>Adds the HTTP route to an application.</summary>
public static class FanHttpBuilderExtensions
{
    /// <summary>
    /// Calls services over HTTP, and serves the application's own where it hosts any. A second call changes the settings.
    /// </summary>
    public static FanBuilder AddHttp(this FanBuilder builder, Action<FanHttpOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        if (services.Any(descriptor => descriptor.ServiceType == typeof(HttpServerTransport))) return builder;

        // Before what code says, so that code has the last word.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<FanHttpOptions>, HttpConfiguration>(
            provider => new HttpConfiguration(provider.GetService<IConfiguration>()?.GetSection("Fan:Http"))));
        services.AddOptions<FanHttpOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FanHttpOptions>, FanHttpOptionsValidator>());
        services.AddSingleton<HttpServerTransport>();
        services.AddSingleton<IServerTransport>(provider => provider.GetRequiredService<HttpServerTransport>());
        services.AddSingleton<IClientTransport, HttpClientTransport>();
        return builder;
    }

    /// <summary>
    /// Lets the authentication of ASP.NET Core check the tokens that come with calls, on every transport:
    /// <c>services.AddAuthentication().AddJwtBearer(…)</c>.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="scheme">The scheme; null takes the default one.</param>
    public static FanBuilder AddAspNetCoreAuthentication(this FanBuilder builder, string? scheme = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<ICallerAuthenticator>(
            services => new WebAuthenticator(services, scheme, services.GetRequiredService<ILogger<WebAuthenticator>>()));
        return builder;
    }
}
