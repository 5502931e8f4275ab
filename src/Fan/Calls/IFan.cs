using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Fan.Diagnostics;

namespace Fan;

/// <summary>Calls services: typed by their contract, or by name. One per application; safe from any thread.</summary>
public interface IFan
{
    /// <summary>The application's name.</summary>
    string ApplicationName { get; }

    /// <summary>
    /// A client of a service, whose version range is that of the application's dependency on it, or else the contract's
    /// own version and what is compatible with it. Where this application hosts the service, calls go straight to it.
    /// </summary>
    /// <param name="shardKeys">The values for the brackets of the service's name, in order.</param>
    /// <exception cref="ArgumentException">Too many or too few keys.</exception>
    /// <exception cref="InvalidOperationException"><typeparamref name="TService"/> is no interface with <see cref="ServiceAttribute"/> in an assembly that the generator saw.</exception>
    TService Get<TService>(params ReadOnlySpan<object> shardKeys)
        where TService : class;

    /// <summary>Calls by name without a contract: <c>await fan.Rpc.retail.store[42].public_wines.get(inventory_id: 7)</c> gives a <see cref="JsonElement"/>.</summary>
    /// <remarks>Arguments are named, or are in the order of the endpoint's published parameters. Needs run-time code generation, so it is not for AOT: use <see cref="CallAsync(string, JsonElement, CallOptions?, CancellationToken)"/> there.</remarks>
    dynamic Rpc
    {
        [RequiresDynamicCode("C# dynamic binds at run time.")]
        [RequiresUnreferencedCode("C# dynamic binds at run time.")]
        get;
    }

    /// <summary>Calls <c>retail.store[42].public_wines.get</c> with arguments as a JSON object; an undefined element is none.</summary>
    /// <exception cref="FormatException">The path is no service and method.</exception>
    /// <exception cref="FanException">As a typed call.</exception>
    ValueTask<JsonElement> CallAsync(string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="CallAsync(string, JsonElement, CallOptions?, CancellationToken)"/>, with the reply as <typeparamref name="TResult"/>.</summary>
    ValueTask<TResult> CallAsync<TResult>(string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Calls a method whose reply is a sequence, by name.</summary>
    IAsyncEnumerable<JsonElement> StreamAsync(string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>What the endpoint that a call by name would go to publishes of the method: whether its reply is a sequence, its parameters, its result.</summary>
    /// <exception cref="FormatException">The path is no service and method, or the version no range.</exception>
    /// <exception cref="NoSuchMethodException">The endpoint has no such method. Other errors as for a call.</exception>
    ValueTask<Discovery.EndpointMethod> DescribeAsync(string path, CallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Starts a recording of the calls that the current flow of control makes, until it is disposed.</summary>
    CallTrace StartTrace();
}
