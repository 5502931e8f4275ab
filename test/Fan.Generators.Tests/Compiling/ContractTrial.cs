using System.Collections;
using System.Reflection;
using Fan.Generated;
using Fan.Generators.Tests.Compact;

namespace Fan.Generators.Tests.Compiling;

/// <summary>
/// Calls every method of every contract of an assembly in every way there is, and compares what comes in and comes back with what was sent.
/// </summary>
internal static class ContractTrial
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    /// <param name="assembly">Where the contracts are.</param>
    /// <param name="mayLose">Whether values may differ because a warning has told so.</param>
    public static async Task RunAsync(Assembly assembly, bool mayLose = false)
    {
        foreach (var contract in ContractCompilation.Contracts(assembly))
        {
            if (Base(contract.GetType(), typeof(InterfaceContract<>)) is not null) await Interface(contract, mayLose);
            else await Class(contract, mayLose);
        }
    }

    /// <summary>A client of a contract over a channel.</summary>
    public static object Client(ServiceContract contract, CallChannel channel) => Call(contract, "CreateClient", channel);

    /// <summary>The proxy of a contract around a target.</summary>
    public static object Proxy(ServiceContract contract, object target) => Call(contract, "CreateProxy", target);

    private static async Task Interface(ServiceContract contract, bool mayLose)
    {
        var (service, recorder) = Recorder.Of(contract.ServiceType);
        var compact = new LoopbackChannel(service, new CompactTestCodec());
        object[] ways = [Client(contract, new LoopbackChannel(service)), Client(contract, compact), Proxy(contract, service)];
        foreach (var method in contract.Methods)
        {
            var declared = Declared(contract.ServiceType, method.Description);
            for (var way = 0; way < ways.Length; way++)
            {
                if (way == 1 && !method.IsCompact) continue;
                await Once(
                    ways[way],
                    declared,
                    recorder,
                    mayLose && way < 2,
                    $"{contract.Name}.{method.Name} ({(way == 0 ? "json" : way == 1 ? "compact" : "proxy")})");
            }
        }

        var calls = recorder.Calls.Count;
        foreach (var way in ways)
        {
            (way as IDisposable)?.Dispose();
            if (way is IAsyncDisposable disposable) await disposable.DisposeAsync();
        }

        Assert.Equal(calls, recorder.Calls.Count);
    }

    private static async Task Once(object on, MethodInfo declared, Recorder recorder, bool mayLose, string place)
    {
        var arguments = declared.GetParameters().Select(parameter => new Samples().Of(parameter.ParameterType)).ToArray();
        var before = recorder.Calls.Count;
        var result = await Results.Await(declared.ReturnType, declared.Invoke(on, arguments));
        Assert.True(recorder.Calls.Count == before + 1, place + " did not arrive once.");
        var (called, received, sent) = recorder.Calls[^1];
        Assert.Equal(declared.ToString(), called.ToString());
        if (mayLose) return;
        var back = Results.ValueType(declared.ReturnType) is null
            ? null
            : await Results.Await(declared.ReturnType, Results.Wrap(declared.ReturnType, sent));
        Assert.Null(Sameness.Difference(back, result, place + ": the result"));
        foreach (var (parameter, i) in declared.GetParameters().Select((parameter, i) => (parameter, i)))
            Assert.Null(Sameness.Difference(arguments[i], received[i], $"{place}: '{parameter.Name}'"));
    }

    private static async Task Class(ServiceContract contract, bool mayLose)
    {
        var service = Activator.CreateInstance(contract.ServiceType, nonPublic: true)!;
        foreach (var method in contract.Methods) await Once(service, method, mayLose, new LoopbackChannel(service));
        foreach (var subscription in contract.Subscriptions) await Subscribed(service, subscription);
    }

    // A method of a class gives back what it took, where it takes something of that type.
    private static async Task Once(object service, ServiceMethod method, bool mayLose, CallChannel channel)
    {
        var (args, result) = Base(method.GetType(), typeof(ResultMethod<,>))!.GetGenericArguments() switch
        {
            var types => (types[0], types[1])
        };
        var values = method.Description.Parameters.Select(parameter => new Samples().Of(parameter.Type)).ToArray();
        var given = values.Length == 0
            ? Activator.CreateInstance(args)!
            : args.GetConstructors(All).Single(c => c.GetParameters().Length == values.Length && !c.IsPrivate).Invoke(values);
        var isStream = method is IStreamMethod;
        var call = typeof(CallChannel).GetMethod(isStream ? "StreamAsync" : "CallAsync")!.MakeGenericMethod(args, result);
        var back = await Results.Await(call.ReturnType, call.Invoke(channel, [method, given, TestContext.Current.CancellationToken]));
        var taken = method.Description.Parameters.Select((parameter, i) => (parameter.Type, Value: values[i]))
            .LastOrDefault(one => one.Type == result);
        if (!mayLose && taken.Type is not null) Assert.Null(Sameness.Difference(taken.Value, back, method.FullName));
        Assert.NotNull(service);
    }

    // A class that subscribes keeps what it saw.
    private static async Task Subscribed(object service, ServiceSubscription subscription)
    {
        var subscriber = subscription.Create(service);
        Assert.IsAssignableFrom(subscription.ServiceType, subscriber);
        var seen = (IList)(service.GetType().GetField("Seen", All)
            ?? throw new InvalidOperationException($"'{service.GetType()}' must have a list Seen.")).GetValue(service)!;
        var before = seen.Count;
        foreach (var push in Methods(subscription.ServiceType).Where(IsPush))
        {
            var arguments = push.GetParameters().Select(parameter => new Samples().Of(parameter.ParameterType)).ToArray();
            var handled = seen.Count;
            await Results.Await(push.ReturnType, push.Invoke(subscriber, arguments));
            foreach (var (item, i) in seen.Cast<object?>().Skip(handled).Select((item, i) => (item, i)))
            {
                Assert.Null(Sameness.Difference(arguments[i], item, push.Name));
            }
        }

        Assert.True(seen.Count > before, $"'{service.GetType()}' got no push.");
    }

    private static bool IsPush(MethodInfo method) => method.GetCustomAttribute<PushAttribute>() is not null;

    private static MethodInfo Declared(Type service, MethodDescription description)
    {
        var found = Methods(service).Where(method => method.Name == description.ClrName
            && method.GetParameters().Where(
                parameter => parameter.ParameterType != typeof(CancellationToken) && parameter.ParameterType != typeof(CancellationToken?))
                .Select(parameter => parameter.ParameterType)
                .SequenceEqual(description.Parameters.Select(parameter => parameter.Type))).ToArray();
        // Methods that differ by their token only are known by the names that they were given.
        return found.Length == 1
            ? found[0]
            : found.FirstOrDefault(method => Named(method) == description.Name) ?? found.First(method => Named(method) is null);
    }

    private static string? Named(MethodInfo method) =>
        (method.GetCustomAttribute<PushAttribute>()?.Name ?? method.GetCustomAttribute<RpcAttribute>()?.Name);

    // A method that hides one of a base with its own signature is the one that callers mean.
    private static IEnumerable<MethodInfo> Methods(Type service) =>
        service.GetInterfaces().Prepend(service).SelectMany(
            type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method is { IsVirtual: true, IsFinal: false }).DistinctBy(method => method.ToString());

    private static object Call(ServiceContract contract, string name, object argument)
    {
        var made = contract.GetType().GetMethod(name)!.Invoke(contract, [argument]);
        Assert.IsAssignableFrom(contract.ServiceType, made);
        return made;
    }

    private static Type? Base(Type type, Type open)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (at.IsGenericType && at.GetGenericTypeDefinition() == open) return at;
        }

        return null;
    }
}
