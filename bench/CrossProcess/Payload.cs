namespace CrossProcess;

/// <summary>What a call carries there and back.</summary>
internal sealed record Payload(string Name, string? Text)
{
    public static readonly IReadOnlyList<Payload> All =
    [
        new("echo32", Letters(32)),
        new("echo1k", Letters(1024)),
        new("record5", null),
    ];

    public static Payload? Find(string? name) => All.FirstOrDefault(payload => payload.Name == name);

    private static string Letters(int count) => string.Create(count, 0, static (letters, _) =>
    {
        for (var i = 0; i < letters.Length; i++) letters[i] = (char)('a' + (i % 26));
    });
}
