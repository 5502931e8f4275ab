namespace Fan.Fuzz.Targets;

/// <summary>A contract with every kind of value.</summary>
[Service("mixed")]
public interface IMixed
{
    ValueTask<Mixed> MixAsync(Mixed mixed, int count = 3, string? text = null, CancellationToken cancellationToken = default);
}

public enum Shade : short
{
    Light,
    Dark,
}

public sealed record Mixed(
    bool Flag,
    sbyte Tiny,
    ulong Large,
    char Letter,
    float Ratio,
    double Exact,
    decimal Price,
    string? Text,
    Guid Key,
    DateTime At,
    DateTimeOffset Since,
    DateOnly Day,
    TimeOnly Time,
    TimeSpan Span,
    Shade Shade,
    Uri? Link,
    byte[]? Bytes,
    int[] Numbers,
    List<string?> Texts,
    HashSet<long> Set,
    Dictionary<string, Mixed?> Parts,
    Dictionary<int, DateTime> Days,
    int? Maybe)
{
    public List<Mixed> Others { get; init; } = [];

    public static Mixed Small { get; } = new(
        false,
        -1,
        1,
        'a',
        0,
        1.5,
        2.50m,
        null,
        Guid.Empty,
        DateTime.UnixEpoch,
        DateTimeOffset.UnixEpoch,
        DateOnly.MinValue,
        TimeOnly.MinValue,
        TimeSpan.Zero,
        Shade.Light,
        null,
        null,
        [],
        [],
        [],
        [],
        [],
        null);

    public static Mixed Full { get; } = Small with
    {
        Text = "Rkatsiteli",
        Link = new Uri("https://example.org/"),
        Bytes = [1, 2, 3],
        Numbers = [1, -2, 300_000],
        Texts = ["a", null, "ü"],
        Set = [long.MinValue, 5],
        Parts = new() { ["x"] = Small, ["y"] = null },
        Days = new() { [1] = DateTime.UnixEpoch },
        Maybe = 7,
        Others = [Small, Small],
    };
}

internal sealed class Mixer : IMixed
{
    public ValueTask<Mixed> MixAsync(Mixed mixed, int count, string? text, CancellationToken cancellationToken) => new(mixed);
}
