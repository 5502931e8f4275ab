using System.Reflection;
using System.Runtime.ExceptionServices;
using Fan.Generated;
using Fan.Meaning.Tests.Cases;
using Fan.Meaning.Tests.Values;

namespace Fan.Meaning.Tests.Routes;

/// <summary>Sends the values of one case on every way and compares what became of them.</summary>
internal sealed class CaseRun(Case @case, Assembly assembly, ServiceContract? contract, Application application)
{
    public const int Values = 12;

    private readonly Type _interface = assembly.GetType(@case.Namespace + ".IEcho")!;
    private readonly object _service = Activator.CreateInstance(assembly.GetType(@case.Namespace + ".Echo")!)!;

    public List<Difference> Differences { get; } = [];

    public int Comparisons { get; private set; }

    public int ValuesSent { get; private set; }

    /// <summary>Whether the contract was refused when it was built.</summary>
    public bool IsRefused => contract is null;

    /// <summary>How many of the methods go in the compact form.</summary>
    public int Compact => contract?.Methods.Count(method => method.IsCompact) ?? 0;

    /// <summary>Whether all that the contract carries would have come back as it was by the serializer alone.</summary>
    public bool ReferenceKeepsAll { get; private set; } = true;

    public void Run()
    {
        foreach (var method in _interface.GetMethods())
        {
            for (var turn = 0; turn < Values; turn++) Run(method, turn);
        }
    }

    private void Run(MethodInfo method, int turn)
    {
        object?[] Arguments() => [.. method.GetParameters().SkipLast(1).Select(parameter => ArgumentOf(parameter, Draw.Mix(@case.Seed, $"{method.Name}.{parameter.Name}.{turn}"), turn))];
        ValuesSent++;
        var (arguments, result) = Reference(method, Arguments());
        ReferenceKeepsAll &= arguments.Stage == Stage.Arrived && new Outcome(Stage.Arrived, Arguments(), null).DifferenceTo(arguments with { Sender = null }) is null;
        if (contract is null) return;

        void Compare(string sort, Outcome left, Outcome right)
        {
            Comparisons++;
            if (left.DifferenceTo(right) is { } text) Differences.Add(new(sort, method.Name, turn, ValueText.Of(Arguments()), text));
        }

        var json = Send(method, new CodecRoute(application.Json, _service), Arguments());
        Compare("serializer / json, arguments", arguments, json.Arguments!);
        Compare("serializer / json, result", result, json.Result!);
        Typed(method, turn, () => ValueText.Of(Arguments()), "json", json);
        var compact = Send(method, new CodecRoute(application.Compact, _service), Arguments());
        if (!compact.IsTaken) return;
        Compare("json / compact, arguments", json.Arguments!, compact.Arguments!);
        Compare("json / compact, result", json.Result!, compact.Result!);
        Typed(method, turn, () => ValueText.Of(Arguments()), "compact", compact);
    }

    // Who is at fault is said by the type of the exception.
    private void Typed(MethodInfo method, int turn, Func<string> sent, string way, CodecRoute route)
    {
        if (route.Arguments is { Stage: Stage.NotUnderstood, Error: not BadArgumentException and var error }) Differences.Add(new($"{way}, arguments: raw exception", method.Name, turn, sent(), $"{error}"[..Math.Min(400, $"{error}".Length)]));
        if (route.Result is { Stage: Stage.NotUnderstood, Error: not BadMessageException and var other }) Differences.Add(new($"{way}, result: raw exception", method.Name, turn, sent(), $"{other}"[..Math.Min(400, $"{other}".Length)]));
    }

    // Arguments of a type that takes null only where the contract says so.
    private (Outcome Arguments, Outcome Result) Reference(MethodInfo method, object?[] arguments)
    {
        var parameters = method.GetParameters();
        var all = arguments.Select((value, i) => application.Reference(value, parameters[i].ParameterType)).ToArray();
        var failed = all.FirstOrDefault(outcome => outcome.Stage != Stage.Arrived);
        var result = application.Reference(arguments[0], parameters[0].ParameterType);
        return (failed is not null ? failed : new Outcome(Stage.Arrived, all.Select(outcome => outcome.Value).ToArray(), null) { Sender = arguments }, result with { Sender = null });
    }

    private static object? ArgumentOf(ParameterInfo parameter, int seed, int turn)
    {
        // What equals a default without being it.
        if (parameter.HasDefaultValue && turn < 4 && new Draw(seed).Chance(60)) return NearDefault.Of(parameter, seed);
        var state = new NullabilityInfoContext().Create(parameter).WriteState;
        return ValueMaker.Make(parameter.ParameterType, seed, parameter.ParameterType.IsValueType || state == NullabilityState.Nullable) ?? (state == NullabilityState.Nullable ? null : ValueMaker.Make(parameter.ParameterType, Draw.Mix(seed, "again"), false));
    }

    private CodecRoute Send(MethodInfo method, CodecRoute route, object?[] arguments)
    {
        var client = contract!.GetType().GetMethod("CreateClient")!.Invoke(contract, [route])!;
        try
        {
            var pending = method.Invoke(client, [.. arguments, CancellationToken.None])!;
            if (pending.GetType().GetMethod("AsTask")!.Invoke(pending, null) is Task task) task.GetAwaiter().GetResult();
        }
        catch (TargetInvocationException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerException!);
        }

        return route;
    }
}
