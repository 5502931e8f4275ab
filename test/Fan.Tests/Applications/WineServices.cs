using System.Runtime.CompilerServices;

namespace Fan.Tests.Applications;

public sealed record Wine(int Id, string Name, decimal Price);

[Service("cellar", Version = "1.2.0")]
public interface ICellar
{
    [Rpc(Idempotent = true)]
    ValueTask<Wine> GetAsync(int id, CancellationToken ct = default);

    Task<string> WhoAsync();

    ValueTask FailAsync(string how, CancellationToken ct = default);

    ValueTask WaitAsync(CancellationToken ct = default);

    IAsyncEnumerable<int> CountAsync(int to, int failAt = -1, CancellationToken ct = default);

    [Push]
    ValueTask RestockAsync(int id);

    int Add(int left, int right);
}

[Service("shop[shop_id].till", Version = "2.0.0")]
public interface ITill
{
    ValueTask<string> NameAsync();
}

[Service("front")]
public interface IFront
{
    ValueTask<string> AskAsync();
}

internal sealed class Cellar(string name = "cellar") : ICellar
{
    public List<int> Restocked { get; } = [];

    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CallContext? Seen { get; private set; }

    /// <summary>The time that was left when the last wine was asked for.</summary>
    public TimeSpan? Given { get; private set; }

    public ValueTask<Wine> GetAsync(int id, CancellationToken ct = default)
    {
        Seen = CallContext.Current;
        Given = Seen.Remaining;
        return new(new Wine(id, "Rkatsiteli", 12.5m));
    }

    public Task<string> WhoAsync() => Task.FromResult(name);

    public ValueTask FailAsync(string how, CancellationToken ct = default) => throw (how switch
    {
        "fault" => new ServiceFaultException("out_of_stock", "none left"),
        "argument" => new BadArgumentException("how", "not like this"),
        _ => new InvalidOperationException("broken: " + how),
    });

    public async ValueTask WaitAsync(CancellationToken ct = default)
    {
        Seen = CallContext.Current;
        Waiting.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult();
            throw;
        }
    }

    public async IAsyncEnumerable<int> CountAsync(int to, int failAt = -1, [EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            for (var i = 1; i <= to; i++)
            {
                if (i == failAt) throw new InvalidOperationException("failed at " + i);
                await Task.Yield();
                yield return i;
            }
        }
        finally
        {
            Cancelled.TrySetResult();
        }
    }

    public ValueTask RestockAsync(int id)
    {
        Restocked.Add(id);
        return default;
    }

    public int Add(int left, int right) => left + right;
}

internal sealed class Till : ITill
{
    public ValueTask<string> NameAsync() => new("till of shop " + string.Join('/', CallContext.Current.ShardKeys));
}

internal sealed class Front(IFan fan) : IFront
{
    public async ValueTask<string> AskAsync() => (await fan.Get<ICellar>().GetAsync(1)).Name;
}
