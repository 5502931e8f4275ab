namespace Fan.Database.Engines;

/// <summary>A value of a statement, with the type of its column also where it is null.</summary>
internal readonly struct DbValue
{
    private DbValue(DbKind kind, object? value) => (Kind, Value) = (kind, value);

    public DbKind Kind { get; }

    public object? Value { get; }

    // No text of anybody's may stop what it is written with.
    public static implicit operator DbValue(string? value) => new(DbKind.Text, value is null ? null : SoundText.Of(value));

    public static implicit operator DbValue(long value) => new(DbKind.Number, value);

    public static implicit operator DbValue(long? value) => new(DbKind.Number, value);

    public static implicit operator DbValue(ReadOnlyMemory<byte> value) => new(DbKind.Bytes, value);

    public static implicit operator DbValue(long[] value) => new(DbKind.Numbers, value);

    public static implicit operator DbValue(string[] value) => new(DbKind.Texts, Array.ConvertAll(value, SoundText.Of));
}

/// <summary>The types of values.</summary>
internal enum DbKind
{
    Text,
    Number,
    Bytes,
    Numbers,
    Texts,
}
