using System.Text;

namespace Fan.Fuzz;

/// <summary>Something that reads what strangers send.</summary>
internal abstract class FuzzTarget
{
    private const int MaxShape = 80;

    /// <summary>Its name on the command line, and the folder of its kept inputs.</summary>
    public abstract string Name { get; }

    /// <summary>Inputs that are well formed, to begin with.</summary>
    public abstract IEnumerable<byte[]> Seeds { get; }

    /// <summary>The most that reading may allocate: so much for any input, and so much for each of its bytes.</summary>
    public virtual (long Fixed, long PerByte) MostBytes => (1 << 20, 256);

    /// <summary>Reads an input, and tells in a word what came of it; an input that ends in a new way is kept and changed further.</summary>
    /// <exception cref="Exception">It was neither taken nor refused as it should be: a finding.</exception>
    public abstract string Run(byte[] input);

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new Targets.FramesTarget(),
        new Targets.CodecTarget(),
        new Targets.HeadersTarget(),
        new Targets.PropertiesTarget()
    ];

    /// <summary>A message without what differs from input to input: what it quotes, and numbers.</summary>
    protected static string Shape(string message)
    {
        var shape = new StringBuilder();
        var quoted = false;
        foreach (var c in message)
        {
            if (c == '\'') quoted = !quoted;
            else if (!quoted && !char.IsAsciiDigit(c)) shape.Append(c);
            if (shape.Length == MaxShape) break;
        }

        return shape.ToString();
    }
}
