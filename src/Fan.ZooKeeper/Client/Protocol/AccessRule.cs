using System.Text;

namespace Fan.ZooKeeper.Client;

/// <summary>One entry of a node's access list: who may do what with it.</summary>
/// <param name="Permissions">Bits: 1 read, 2 write, 4 create, 8 delete, 16 admin.</param>
/// <param name="Scheme">
/// How the client is known: <c>world</c>, <c>auth</c> (whoever creates the node), <c>digest</c>, <c>ip</c>, <c>x509</c>, …
/// </param>
/// <param name="Id">Who; its form is the scheme's.</param>
internal sealed record AccessRule(int Permissions, string Scheme, string Id)
{
    public const int All = 31;

    private const string Letters = "rwcda";

    /// <summary>Anybody may do anything.</summary>
    public static IReadOnlyList<AccessRule> Open { get; } = [new(All, "world", "anyone")];

    /// <summary>Only who created the node may do anything.</summary>
    public static IReadOnlyList<AccessRule> Creator { get; } = [new(All, "auth", "")];

    public int EstimateBytes => 12 + Encoding.UTF8.GetByteCount(Scheme) + Encoding.UTF8.GetByteCount(Id);

    /// <summary>Reads <c>scheme:id:permissions</c> as <c>zkCli</c> writes it, e.g. <c>world:anyone:r</c>; the id may hold colons.</summary>
    /// <exception cref="FormatException">It is none; the message says what is wrong.</exception>
    public static AccessRule Parse(string text)
    {
        var (first, last) = (text.IndexOf(':'), text.LastIndexOf(':'));
        if (first <= 0 || last == first)
        {
            throw new FormatException($"Access rule '{text}' must be scheme:id:permissions, e.g. world:anyone:r or auth::cdrwa.");
        }

        var permissions = 0;
        foreach (var letter in text.AsSpan(last + 1))
        {
            var bit = Letters.IndexOf(letter);
            if (bit < 0)
            {
                throw new FormatException(
                    $"Access rule '{text}' has the permission '{letter}'; known are c (create), d (delete), " +
                    "r (read), w (write), a (admin).");
            }

            permissions |= 1 << bit;
        }

        if (permissions == 0) throw new FormatException($"Access rule '{text}' has no permission; known are c, d, r, w, a.");
        return new AccessRule(permissions, text[..first], text[(first + 1)..last]);
    }

    public static AccessRule Read(ref JuteReader reader) => new(reader.Int32(), reader.Text(), reader.Text());

    public void Write(FrameWriter writer)
    {
        writer.Int32(Permissions);
        writer.Text(Scheme);
        writer.Text(Id);
    }

    public override string ToString() =>
        $"{Scheme}:{Id}:{string.Concat(Letters.Where((_, bit) => (Permissions & (1 << bit)) != 0))}";
}
