using System.Reflection;
using Fan.Generated;
using Fan.Meaning.Tests.Cases;
using Fan.Meaning.Tests.Values;

namespace Fan.Meaning.Tests.Routes;

/// <summary>Sends the values of one case on every way and compares what became of them.</summary>
internal sealed class CaseRun(Case @case, Type service, ServiceContract? contract, Application application)
{
    private const int Values = 12;

    private readonly object _echo = Activator.CreateInstance(service.Assembly.GetType(@case.Namespace + ".Echo")!)!;

    public Case Case => @case;

    public List<Difference> Differences { get; } = [];

    public int Comparisons { get; private set; }

    public int ValuesSent { get; private set; }

    /// <summary>Whether the contract was refused when it was built.</summary>
    public bool IsRefused => contract is null;

    /// <summary>The types of the case that its main method carries.</summary>
    public IReadOnlyCollection<Type> Types =>
        field ??= CarriedTypes.Of(service.GetMethod("EchoAsync")!.GetParameters()[0].ParameterType, @case.Namespace);

    /// <summary>Whether the generator gave the main method a compact form.</summary>
    public bool IsCompact => Method("EchoAsync") is { IsCompact: true };

    /// <summary>Whether the application uses it.</summary>
    public bool IsCompactInUse => Method("EchoAsync") is { } method && application.Compact.Carries(method);

    /// <summary>Whether all values came back as they were by the serializer alone.</summary>
    public bool ReferenceKeepsAll { get; private set; } = true;

    public async Task RunAsync()
    {
        foreach (var method in service.GetMethods())
        {
            for (var turn = 0; turn < Values; turn++) await RunAsync(method, turn);
        }
    }

    private ServiceMethod? Method(string name) => contract?.Methods.FirstOrDefault(method => method.Description.ClrName == name);

    private async Task RunAsync(MethodInfo method, int turn)
    {
        if (Arguments() is null) return;
        ValuesSent++;
        var (arguments, result) = Reference(method, Arguments()!);
        ReferenceKeepsAll &= new Outcome(Stage.Arrived, Arguments(), null).DifferenceTo(arguments with { Sender = null }) is null;
        if (contract is null) return;

        var json = await SendAsync(new CodecRoute(application.Json, _echo));
        Compare("serializer / json, arguments", arguments, json.Arguments);
        Compare("serializer / json, result", result, json.Result);
        Blame("json", "", json);
        if (Method(method.Name)!.IsCompact) await CompactAsync();
        Compare("json / copied local call", json.Whole with { Sender = null }, await CallAsync(method, Arguments()!));

        // Made anew for each way, as sending may change them.
        object?[]? Arguments() => ArgumentsOf(method, turn);

        async Task CompactAsync()
        {
            // Compared all the same: the generator must be right where the application knows nothing better.
            var isInUse = application.Compact.Carries(Method(method.Name)!);
            var use = isInUse ? "" : Difference.NotInUse;
            var compact = await SendAsync(new CodecRoute(isInUse ? application.Compact : new UncheckedCompact(), _echo));
            Compare("json / compact, arguments" + use, json.Arguments, compact.Arguments);
            Compare("json / compact, result" + use, json.Result, compact.Result);
            Compare("json / compact, whole call" + use, json.Whole, compact.Whole);
            Blame("compact", use, compact);
        }

        async Task<CodecRoute> SendAsync(CodecRoute route)
        {
            var client = contract.GetType().GetMethod("CreateClient")!.Invoke(contract, [route])!;
            await AsTask(method.Invoke(client, [.. Arguments()!, CancellationToken.None])!);
            return route;
        }

        void Compare(string sort, Outcome left, Outcome right)
        {
            Comparisons++;
            if (left.DifferenceTo(right) is { } text) Differences.Add(new(sort, method.Name, turn, ValueText.Of(Arguments()), text));
        }

        // The type of an exception says who is at fault.
        void Blame(string way, string use, CodecRoute route)
        {
            if (route.Arguments is { Stage: Stage.NotUnderstood, Error: not BadArgumentException })
            {
                Differences.Add(new(
                    $"{way}, arguments: no bad argument{use}", method.Name, turn, ValueText.Of(Arguments()), route.Arguments.ToString()));
            }
            if (route.Result is { Stage: Stage.NotUnderstood, Error: not BadMessageException })
            {
                Differences.Add(
                    new($"{way}, result: no bad message{use}", method.Name, turn, ValueText.Of(Arguments()), route.Result.ToString()));
            }
        }
    }

    private (Outcome Arguments, Outcome Result) Reference(MethodInfo method, object?[] arguments)
    {
        var parameters = method.GetParameters();
        var all = arguments.Select((value, i) => application.Reference(value, parameters[i].ParameterType)).ToArray();
        // Seen before the first of them is sent again, as the result.
        var whole = all.FirstOrDefault(outcome => outcome.Stage != Stage.Arrived) is { } failed
            ? failed with { Sender = arguments }
            : new Outcome(Stage.Arrived, all.Select(outcome => outcome.Value).ToArray(), null);
        return (whole with { Sender = null }, application.Reference(arguments[0], parameters[0].ParameterType));
    }

    private async Task<Outcome> CallAsync(MethodInfo method, object?[] arguments)
    {
        var client = application.ClientOf(service);
        try
        {
            var task = AsTask(method.Invoke(client, [.. arguments, CancellationToken.None])!);
            await task;
            return new(Stage.Arrived, task.GetType().GetProperty("Result")!.GetValue(task), null);
        }
        catch (Exception error)
        {
            return new(Stage.NotUnderstood, null, error);
        }
    }

    private static Task AsTask(object pending) => (Task)pending.GetType().GetMethod("AsTask")!.Invoke(pending, null)!;

    private object?[]? ArgumentsOf(MethodInfo method, int turn)
    {
        var parameters = method.GetParameters();
        var values = parameters.SkipLast(1)
            .Select(parameter => ArgumentOf(parameter, Draw.Mix(@case.Seed, $"{method.Name}.{parameter.Name}.{turn}"), turn)).ToArray();
        // A value that the contract forbids, as none can be made of its type.
        return values.Where((value, i) => value is null && !MayBeNull(parameters[i])).Any() ? null : values;
    }

    private static object? ArgumentOf(ParameterInfo parameter, int seed, int turn)
    {
        // What equals a default without being it.
        if (parameter.HasDefaultValue && turn < 4 && new Draw(seed).Chance(60)) return NearDefault.Of(parameter, seed);
        return ValueMaker.Make(parameter.ParameterType, seed, parameter.ParameterType.IsValueType || MayBeNull(parameter));
    }

    private static bool MayBeNull(ParameterInfo parameter) =>
        parameter.ParameterType.IsValueType
        || new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable
        || parameter is { HasDefaultValue: true, DefaultValue: null };
}
