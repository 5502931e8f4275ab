namespace Fan.Meaning.Tests.Routes;

/// <summary>One value that means two things.</summary>
/// <param name="Sort">Which ways disagree.</param>
/// <param name="Method">Of the case's contract.</param>
/// <param name="Turn">The number of the value.</param>
/// <param name="Value">The value.</param>
/// <param name="Text">Where it differs, and both outcomes.</param>
internal sealed record Difference(string Sort, string Method, int Turn, string Value, string Text)
{
    /// <summary>What says that an application would not have taken the way.</summary>
    public const string NotInUse = ", not in use";

    public bool IsInUse => !Sort.EndsWith(NotInUse, StringComparison.Ordinal);

    /// <summary>Whether another one is of this kind: the same ways, and both values arrived, or one of them.</summary>
    public bool IsLike(Difference other) => Sort == other.Sort
        && Method == other.Method
        && Text.Contains("arrived as", StringComparison.Ordinal) == other.Text.Contains("arrived as", StringComparison.Ordinal);

    public override string ToString() => $"{Sort} in {Method}, value {Turn}: {Text}\nvalue: {Value}";
}
