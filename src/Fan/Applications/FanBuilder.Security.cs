using System.Diagnostics.CodeAnalysis;
using Fan.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Fan;

// Who may call, and who the application is to others.
public sealed partial class FanBuilder
{
    /// <summary>
    /// Says who may call the services that the application hosts, all of them, from other processes. What <c>Fan:Policies:*</c> says holds
    /// too.
    /// </summary>
    public FanBuilder Authorize(Action<CallPolicy> configure) => Authorize(null, null, configure);

    /// <summary>
    /// Says who may call a hosted service from other processes. What is said of all services, and what <c>Fan:Policies:{service}</c> says,
    /// holds too.
    /// </summary>
    public FanBuilder Authorize<TService>(Action<CallPolicy> configure)
        where TService : class => Authorize(typeof(TService), null, configure);

    /// <summary>
    /// Says who may call a method of a hosted service from other processes. What is said of the service holds too, unless the method is for
    /// anyone.
    /// </summary>
    /// <param name="method">The wire name of the method, e.g. <c>set_price</c>.</param>
    /// <param name="configure">Says what is required.</param>
    public FanBuilder Authorize<TService>(string method, Action<CallPolicy> configure)
        where TService : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(method);
        return Authorize(typeof(TService), method, configure);
    }

    /// <summary>Checks who calls with an object from the container; several are asked in turn.</summary>
    public FanBuilder AddCallerAuthenticator<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicConstructors)] TAuthenticator>()
        where TAuthenticator : class, ICallerAuthenticator
    {
        Services.AddSingleton<ICallerAuthenticator, TAuthenticator>();
        return this;
    }

    /// <summary>
    /// Sends a bearer token with the application's calls to other processes, on every transport: the one that the function gives, or none
    /// where it gives null.
    /// </summary>
    public FanBuilder UseCallerToken(Func<TokenRequest, CancellationToken, ValueTask<string?>> get)
    {
        ArgumentNullException.ThrowIfNull(get);
        Services.AddSingleton<ICallerTokens>(new CallerTokens(get));
        return this;
    }

    /// <summary>
    /// As <see cref="UseCallerToken(Func{TokenRequest, CancellationToken, ValueTask{string?}})"/>, with an object from the container. The
    /// last one counts.
    /// </summary>
    public FanBuilder UseCallerToken<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TTokens>()
        where TTokens : class, ICallerTokens
    {
        Services.AddSingleton<ICallerTokens, TTokens>();
        return this;
    }

    private FanBuilder Authorize(Type? service, string? method, Action<CallPolicy> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var policy = new CallPolicy();
        configure(policy);
        Plan.Policies.Add(new PlannedPolicy(service, method, policy));
        return this;
    }
}
