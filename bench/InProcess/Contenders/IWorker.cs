using System.Runtime.CompilerServices;
using Fan;

namespace InProcess.Contenders;

/// <summary>The service that the direct call and Fan call.</summary>
[Service("bench.worker")]
public interface IWorker
{
    ValueTask<string> EchoAsync(string text);

    ValueTask<int> AddAsync(int left, int right);
}

/// <summary>Never inlined: what is measured is a call.</summary>
internal sealed class Worker : IWorker
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<string> EchoAsync(string text) => new(text);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<int> AddAsync(int left, int right) => new(left + right);
}
