namespace CrossProcess;

/// <summary>What a call carries there and back.</summary>
/// <param name="Name">The name of its rows.</param>
/// <param name="Text">The text; null for the record.</param>
/// <param name="IsPush">Whether it goes there only, into a queue.</param>
internal sealed record Payload(string Name, string? Text, bool IsPush = false)
{
    public static readonly IReadOnlyList<Payload> All =
    [
        new("echo32", Letters(32)),
        new("echo1k", Letters(1024)),
        new("record5", null),
        new("push32", Letters(32), IsPush: true),
        new("push1k", Letters(1024), IsPush: true),
    ];

    public static Payload? Find(string? name) => All.FirstOrDefault(payload => payload.Name == name);

    private static string Letters(int count) => string.Create(count, 0, static (letters, _) =>
    {
        for (var i = 0; i < letters.Length; i++) letters[i] = (char)('a' + (i % 26));
    });
}
