namespace Fan.Conformance.Transports;

public sealed record Wine(int Id, string Name, decimal Price);

public enum Colour
{
    Red,
    White,
}

public sealed record WineFilter(
    string? Name, Colour Colour, IReadOnlyList<int> Years, Dictionary<string, Wine> Favourites, DateTimeOffset? Since = null);

public sealed record Reflection(
    WineFilter Filter, Colour? Colour, long? Most, string? Text, double Weight, bool Flag, byte[]? Bytes, Guid Id);

/// <summary>A method of every shape.</summary>
[Service("cellar", Version = "1.2.0")]
public interface ICellar
{
    ValueTask<Wine> GetAsync(int id, CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    Task<string> EchoAsync(string text, CancellationToken ct = default);

    ValueTask<Reflection> ReflectAsync(
        WineFilter filter,
        Colour? colour = null,
        long? most = null,
        string? text = "none",
        double weight = 1.5,
        bool flag = true,
        byte[]? bytes = null,
        Guid id = default,
        CancellationToken ct = default);

    ValueTask FailAsync(string how, CancellationToken ct = default);

    ValueTask WaitAsync(CancellationToken ct = default);

    IAsyncEnumerable<int> CountAsync(int to, int failAt = -1, CancellationToken ct = default);

    IAsyncEnumerable<string> BlocksAsync(int count, int size, CancellationToken ct = default);

    IAsyncEnumerable<int> DripAsync(CancellationToken ct = default);

    [Push]
    ValueTask RestockAsync(int id, CancellationToken ct = default);

    int Add(int left, int right);

    void Touch();

    ValueTask<string?> NothingAsync(CancellationToken ct = default);

    ValueTask<string> TextOfAsync(int length, CancellationToken ct = default);

    ValueTask<FileContent> StampAsync(FileContent file, CancellationToken ct = default);

    [Rpc(TimeoutMilliseconds = 200)]
    ValueTask HurryAsync(CancellationToken ct = default);
}

/// <summary>A service with a shard key.</summary>
[Service("shop[shop_id].till", Version = "2.0.0")]
public interface ITill
{
    ValueTask<string> NameAsync(CancellationToken ct = default);
}

/// <summary>A service that calls the cellar.</summary>
[Service("front")]
public interface IFront
{
    ValueTask<Wine> AskAsync(int id, CancellationToken ct = default);

    ValueTask WaitAsync(CancellationToken ct = default);
}
