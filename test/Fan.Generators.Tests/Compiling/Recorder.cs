using System.Reflection;

namespace Fan.Generators.Tests.Compiling;

/// <summary>
/// Stands for an implementation of a contract that exists in memory only: remembers what it was called with and answers with samples.
/// </summary>
public class Recorder : DispatchProxy
{
    /// <summary>The calls so far.</summary>
    internal List<(MethodInfo Method, object?[] Arguments, object? Result)> Calls { get; } = [];

    internal static (object Service, Recorder Recorder) Of(Type contract)
    {
        var service = Create(contract, typeof(Recorder));
        return (service, (Recorder)service);
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = Results.ValueType(targetMethod!.ReturnType) is { } type ? new Samples().Of(type) : null;
        Calls.Add((targetMethod, args ?? [], result));
        return Results.Wrap(targetMethod.ReturnType, result);
    }
}
