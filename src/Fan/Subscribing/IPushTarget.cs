using System.Collections.Concurrent;
using System.Text.Json;
using Fan.Applications;
using Fan.Calls;
using Fan.Generated;
using Fan.Queues;
using Fan.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Subscribing;

/// <summary>Who handles the pushes of a queue. Safe from any thread.</summary>
internal interface IPushTarget
{
    /// <summary>The pushes that it knows; none where it takes whatever comes.</summary>
    IReadOnlyList<string> Methods { get; }

    /// <summary>What handles a push; null where it has no such method.</summary>
    ServedMethod? Find(string method);
}

/// <summary>A service's own implementation, or a subscriber with the same contract.</summary>
internal sealed class ContractTarget(ServedService service) : IPushTarget
{
    public IReadOnlyList<string> Methods { get; } =
        [.. service.Contract.Methods.Where(method => method.Description.Kind == MethodKind.Push).Select(method => method.Name)];

    public ServedMethod? Find(string method) =>
        service.Methods.TryGetValue(method, out var found) && found.Method.Description.Kind == MethodKind.Push ? found : null;
}

/// <summary>One function for all pushes of a service, without a contract.</summary>
internal sealed class FunctionTarget(
    string service, Func<ReceivedPush, CancellationToken, ValueTask> handler, IServiceProvider services) : IPushTarget
{
    private const int MaxMethods = 1024;

    private readonly ConcurrentDictionary<string, ServedMethod> _methods = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Methods => [];

    public ServedMethod? Find(string method)
    {
        if (_methods.TryGetValue(method, out var known)) return known;
        var contract = new Contract(service, new Method(service, handler, method));
        var made = new ServedService(
            contract, new ServiceImplementation(_ => handler, ServiceLifetime.Singleton, services), isPersistent: false)
        {
            HidesPlaces = true
        }.Methods[method];
        // The names come from pushers: past the bound one is made for each delivery.
        if (_methods.Count < MaxMethods) _methods.TryAdd(method, made);
        return made;
    }

    private sealed class Contract(string service, ServiceMethod method) : ServiceContract(service, "0.0.0", [method])
    {
        public override Type ServiceType => typeof(Func<ReceivedPush, CancellationToken, ValueTask>);
    }

    private sealed class Method(string service, Func<ReceivedPush, CancellationToken, ValueTask> handler, string name)
        : UnaryMethod<NamedArguments, Unit>(NamedMethods.Describe<Unit>(name, MethodKind.Push))
    {
        public override void WriteArguments(Utf8JsonWriter writer, in NamedArguments args, JsonSerializerOptions options) =>
            NamedMethods.Write(writer, args);

        public override NamedArguments ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options)
        {
            var arguments = JsonElement.ParseValue(ref reader);
            return arguments.ValueKind == JsonValueKind.Object
                ? new NamedArguments(arguments)
                : throw new BadArgumentException(
                    "", $"The arguments of '{Name}' must be a JSON object of names; they are {arguments.ValueKind}.");
        }

        public override async ValueTask<Unit> InvokeAsync(object target, NamedArguments args, CancellationToken cancellationToken)
        {
            await handler(new ReceivedPush(service, Name, args.Json, CallContext.Current.Push!), cancellationToken).ConfigureAwait(false);
            return default;
        }
    }
}
