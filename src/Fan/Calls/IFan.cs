using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Fan.Context;

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
    /// <exception cref="InvalidOperationException">
    /// <typeparamref name="TService"/> is no interface with <see cref="ServiceAttribute"/> in an assembly that the generator saw.
    /// </exception>
    TService Get<TService>(params ReadOnlySpan<object> shardKeys)
        where TService : class;

    /// <summary>
    /// Calls by name without a contract: <c>await fan.Rpc.retail.store[42].public_wines.get(inventory_id: 7)</c> gives a
    /// <see cref="JsonElement"/>.
    /// </summary>
    /// <remarks>
    /// Arguments are named, or are in the order of the endpoint's published parameters. Needs run-time code generation, so it is not for
    /// AOT: use <see cref="CallAsync(string, JsonElement, CallOptions?, CancellationToken)"/> there.
    /// </remarks>
    dynamic Rpc
    {
        [RequiresDynamicCode("C# dynamic binds at run time.")]
        [RequiresUnreferencedCode("C# dynamic binds at run time.")]
        get;
    }

    /// <summary>
    /// A client of a service whose pushes have these options: <c>await fan.Push&lt;IWines&gt;(new() { Key = "42"
    /// }).StockChangedAsync(change)</c>. Its other methods are called as with <see cref="Get{TService}"/>.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// Too many or too few keys. A push throws it where the options are out of their bounds.
    /// </exception>
    TService Push<TService>(PushOptions options, params ReadOnlySpan<object> shardKeys)
        where TService : class;

    /// <summary>
    /// Pushes to <c>lightspeed.config_update</c> with arguments as a JSON object, and returns the id of the message when it is accepted.
    /// The service need not run where its queue is durable.
    /// </summary>
    /// <exception cref="FormatException">The path is no service and method.</exception>
    /// <exception cref="ArgumentException">The options are out of their bounds.</exception>
    /// <exception cref="NoSuchServiceException">Nobody takes pushes of the service.</exception>
    /// <exception cref="NoSuchMethodException">
    /// The service has no such push, as far as that is known here; otherwise the message becomes a dead letter.
    /// </exception>
    /// <exception cref="LimitExceededException">A queue is full, or the message is too large.</exception>
    /// <exception cref="FanException">
    /// It was not accepted, or that is unknown: <see cref="ServiceUnavailableException"/>, <see cref="DeadlineExceededException"/>.
    /// </exception>
    ValueTask<string> PushAsync(
        string path, JsonElement arguments, PushOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Subscribes to a service's pushes for a group of one's own while the application runs; returns when it consumes. Derive the
    /// subscriber from the generated <c>…Subscriber</c> of the contract.
    /// </summary>
    /// <param name="group">The group: its consumers, in any number of processes, share its copies.</param>
    /// <param name="subscriber">Handles the pushes, several at once.</param>
    /// <param name="options">How they are handled; configuration <c>Fan:Queues:{service}/{group}</c> has the last word.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ArgumentException">The options are out of their bounds.</exception>
    /// <exception cref="FormatException">The group's name is not valid.</exception>
    /// <exception cref="InvalidOperationException">
    /// The application consumes that queue already, or can't tell over which transport the pushes come.
    /// </exception>
    /// <exception cref="ServiceUnavailableException">The broker or store can't be reached.</exception>
    Task<Queues.ISubscription> SubscribeAsync<TService>(
        string group, TService subscriber, SubscriptionOptions? options = null, CancellationToken cancellationToken = default)
        where TService : class;

    /// <summary>As <see cref="SubscribeAsync{TService}"/>, without the contract: the function gets every push of the service.</summary>
    Task<Queues.ISubscription> SubscribeAsync(
        string service,
        string group,
        Func<Queues.ReceivedPush, CancellationToken, ValueTask> handler,
        SubscriptionOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Calls <c>retail.store[42].public_wines.get</c> with arguments as a JSON object; an undefined element is none.</summary>
    /// <exception cref="FormatException">The path is no service and method.</exception>
    /// <exception cref="FanException">As a typed call.</exception>
    ValueTask<JsonElement> CallAsync(
        string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// As <see cref="CallAsync(string, JsonElement, CallOptions?, CancellationToken)"/>, with the reply as <typeparamref name="TResult"/>.
    /// </summary>
    ValueTask<TResult> CallAsync<TResult>(
        string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Calls a method whose reply is a sequence, by name.</summary>
    IAsyncEnumerable<JsonElement> StreamAsync(
        string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// What the endpoint that a call by name would go to publishes of the method: whether its reply is a sequence, its parameters, its
    /// result.
    /// </summary>
    /// <exception cref="FormatException">The path is no service and method, or the version no range.</exception>
    /// <exception cref="NoSuchMethodException">The endpoint has no such method. Other errors as for a call.</exception>
    ValueTask<Discovery.EndpointMethod> DescribeAsync(
        string path, CallOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Begins a call tree for work outside of any service whose calls must be on one side of a switch; within a tree, it is that one.
    /// <see cref="CallTreeExtensions.RunTreeAsync{TResult}"/> is the short way.
    /// </summary>
    /// <exception cref="ServiceUnavailableException">Nothing is known of the system yet, and the store does not answer.</exception>
    ValueTask<CallTree> BeginTreeAsync(CancellationToken cancellationToken = default);

    /// <summary>Starts a recording of the calls that the current flow of control makes, until it is disposed.</summary>
    CallTrace StartTrace();
}
