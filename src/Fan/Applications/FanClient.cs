using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Fan.Calls;
using Fan.Diagnostics;
using Fan.Discovery;
using Fan.Generated;

namespace Fan.Applications;

/// <summary>The way into an application for its own code.</summary>
internal sealed class FanClient : IFan
{
    private readonly FanApplication _application;
    private readonly NamedCalls _named;
    private readonly ConcurrentDictionary<Type, ServiceBinding> _bindings = new();

    public FanClient(FanApplication application)
    {
        _application = application;
        _named = new NamedCalls(application.Server, application.Pipeline, application.Directory, application.Trees);
        application.Gate.Follow(Retarget);
        application.Trees.History.Follow(() => Retarget(application.Gate.IsOpen));
    }

    public string ApplicationName => _application.Name;

    public dynamic Rpc
    {
        [RequiresDynamicCode("C# dynamic binds at run time.")]
        [RequiresUnreferencedCode("C# dynamic binds at run time.")]
        get => new DynamicPath(_named, _application.Pipeline.Codecs.Json, "");
    }

    public TService Get<TService>(params ReadOnlySpan<object> shardKeys)
        where TService : class
    {
        _application.Gate.Check();
        var binding = _bindings.TryGetValue(typeof(TService), out var known) ? known : Bind<TService>();
        return ((ServiceBinding<TService>)binding).Get(shardKeys);
    }

    public ValueTask<JsonElement> CallAsync(string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _named.CallAsync<JsonElement>(CallPath.Parse(path), arguments, options, cancellationToken);

    public ValueTask<TResult> CallAsync<TResult>(string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _named.CallAsync<TResult>(CallPath.Parse(path), arguments, options, cancellationToken);

    public IAsyncEnumerable<JsonElement> StreamAsync(string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _named.StreamAsync(CallPath.Parse(path), arguments, options, cancellationToken);

    public ValueTask<EndpointMethod> DescribeAsync(string path, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _named.DescribeAsync(CallPath.Parse(path), options, cancellationToken);

    public CallTrace StartTrace()
    {
        _application.Gate.BeginRecording();
        return new CallTrace(_application.Clock, makeCurrent: true, _application.Gate.EndRecording);
    }

    private void Retarget(bool callsAreSeen)
    {
        foreach (var binding in _bindings.Values) binding.Retarget(callsAreSeen);
    }

    private ServiceBinding Bind<TService>()
        where TService : class
    {
        var contract = _application.Contracts.For(typeof(TService)) as InterfaceContract<TService>
            ?? throw new InvalidOperationException($"{typeof(TService)} is a class-first service: call it by name, or give it an interface.");
        var binding = _bindings.GetOrAdd(typeof(TService), _ => new ServiceBinding<TService>(contract, _application));
        // The gate may have changed between its making and its being known.
        binding.Retarget(_application.Gate.IsOpen);
        return binding;
    }
}
