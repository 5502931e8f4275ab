namespace Fan.EndToEnd.Service;

/// <summary>Says who answered.</summary>
[Service("till", Version = "1.0.0")]
public interface ITill
{
    /// <summary>Not to be repeated when it is unknown whether it arrived.</summary>
    ValueTask<int> SellAsync(CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    ValueTask<int> WhoAsync(CancellationToken ct = default);
}

/// <summary>Takes a moment, so that calls are under way at any time.</summary>
internal sealed class Till(TimeProvider clock) : ITill
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(2);

    public async ValueTask<int> SellAsync(CancellationToken ct = default)
    {
        await Task.Delay(Moment, clock, ct);
        return Environment.ProcessId;
    }

    public ValueTask<int> WhoAsync(CancellationToken ct = default) => SellAsync(ct);
}
