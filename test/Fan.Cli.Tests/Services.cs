using System.Runtime.CompilerServices;

namespace Fan.Cli.Tests;

public sealed record Wine(int Id, string Name, decimal Price);

[Service("cellar", Version = "1.2.0")]
public interface ICellar
{
    /// <summary>One wine.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/wines/{id}")]
    ValueTask<Wine> GetAsync(int id, CancellationToken ct = default);

    ValueTask<string?> EchoAsync(string? text, CancellationToken ct = default);

    ValueTask<int> SizeAsync(List<string> texts, CancellationToken ct = default);

    ValueTask FailAsync(string how, CancellationToken ct = default);

    ValueTask WaitAsync(CancellationToken ct = default);

    IAsyncEnumerable<int> CountAsync(int to, int failAt = -1, CancellationToken ct = default);

    ValueTask<string> WhoAsync(CancellationToken ct = default);

    [Push]
    ValueTask RestockAsync(int id, CancellationToken ct = default);
}

[Service("cellar", Version = "1.0.0")]
public interface IOldCellar
{
    ValueTask<string> GetAsync(int id, CancellationToken ct = default);
}

[Service("shop[shop_id].till", Version = "2.0.0")]
public interface ITill
{
    ValueTask<string> NameAsync(CancellationToken ct = default);
}

[Service("front", Version = "0.1.0")]
public interface IFront
{
    ValueTask<string> AskAsync(CancellationToken ct = default);
}

internal sealed class Cellar : ICellar
{
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<int> Restocked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask<Wine> GetAsync(int id, CancellationToken ct = default) => new(new Wine(id, "Rkatsiteli", 12.50m));

    public ValueTask<string?> EchoAsync(string? text, CancellationToken ct = default) => new(text);

    public ValueTask<int> SizeAsync(List<string> texts, CancellationToken ct = default) => new(texts.Count);

    public ValueTask FailAsync(string how, CancellationToken ct = default) => throw (how switch
    {
        "fault" => new ServiceFaultException("out_of_stock", "none left"),
        "hostile" => new ServiceFaultException("\u001b[2Jcode", "first\nsecond \u001b[31mred\u202e [bold]markup[/]"),
        "limit" => new LimitExceededException("MaxThings", "too many"),
        "circuit" => new CircuitOpenException("stock", TimeSpan.FromSeconds(1.5), "open"),
        "unavailable" => new ServiceUnavailableException("stock", "the stock is away"),
        _ => new InvalidOperationException("broken: " + how),
    });

    public async ValueTask WaitAsync(CancellationToken ct = default)
    {
        Waiting.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            Ended.TrySetResult();
        }
    }

    public async IAsyncEnumerable<int> CountAsync(int to, int failAt = -1, [EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            for (var i = 1; i <= to; i++)
            {
                if (i == failAt) throw new ServiceFaultException("enough", "failed at " + i);
                await Task.Yield();
                yield return i;
            }
        }
        finally
        {
            Ended.TrySetResult();
        }
    }

    public ValueTask<string> WhoAsync(CancellationToken ct = default) =>
        new($"{CallContext.Current.Caller}|{CallContext.Current.User}|" +
            $"{string.Join(';', CallContext.Current.Baggage.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}:{pair.Value}"))}");

    public ValueTask RestockAsync(int id, CancellationToken ct = default)
    {
        Restocked.TrySetResult(id);
        return default;
    }
}

internal sealed class OldCellar : IOldCellar
{
    public ValueTask<string> GetAsync(int id, CancellationToken ct = default) => new("old " + id);
}

internal sealed class Till : ITill
{
    public ValueTask<string> NameAsync(CancellationToken ct = default) =>
        new("till of shop " + string.Join('|', CallContext.Current.ShardKeys));
}

internal sealed class Front(ICellar cellar) : IFront
{
    public async ValueTask<string> AskAsync(CancellationToken ct = default) => (await cellar.GetAsync(1, ct)).Name;
}
