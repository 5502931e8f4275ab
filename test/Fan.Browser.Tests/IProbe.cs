namespace Fan.Browser.Tests;

/// <summary>A service that counts how often it is run, by whatever way a page has.</summary>
[Service("probe")]
public interface IProbe
{
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/probe")]
    ValueTask<int> LookAsync(string? text = null, CancellationToken ct = default);

    [HttpRoute("POST", "/probe", ContentType = "multipart/form-data")]
    ValueTask<int> TakeAsync(string? text = null, FileContent? file = null, CancellationToken ct = default);

    [HttpRoute("PUT", "/probe")]
    ValueTask<string> PutAsync(string text, CancellationToken ct = default);
}

internal sealed class Probe : IProbe
{
    private int _runs;

    public int Runs => Volatile.Read(ref _runs);

    public ValueTask<int> LookAsync(string? text = null, CancellationToken ct = default) => new(Interlocked.Increment(ref _runs));

    public ValueTask<int> TakeAsync(string? text = null, FileContent? file = null, CancellationToken ct = default) =>
        new(Interlocked.Increment(ref _runs));

    public ValueTask<string> PutAsync(string text, CancellationToken ct = default)
    {
        Interlocked.Increment(ref _runs);
        return new(text);
    }
}
