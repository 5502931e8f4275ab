using Fan;

namespace InProcess.Contenders;

/// <summary>The service that the direct call and Fan call.</summary>
[Service("bench.worker")]
public interface IWorker
{
    ValueTask<string> EchoAsync(string text);

    ValueTask<int> AddAsync(int left, int right);
}

/// <summary>
/// As a user writes it. The compiler may inline it where it can, in the direct loop, in Fan's and in the peers' handlers alike.
/// </summary>
internal sealed class Worker : IWorker
{
    public ValueTask<string> EchoAsync(string text) => new(text);

    public ValueTask<int> AddAsync(int left, int right) => new(left + right);
}
