namespace Fan;

/// <summary>The shape of a method on the wire.</summary>
public enum MethodKind
{
    /// <summary>A call with one reply.</summary>
    Rpc,

    /// <summary>A one-way message.</summary>
    Push,

    /// <summary>A call whose reply is a sequence of items (<c>IAsyncEnumerable</c>).</summary>
    Stream,
}
