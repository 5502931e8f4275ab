using Fan.Meaning.Tests.Comparing;
using Fan.Meaning.Tests.Values;

namespace Fan.Meaning.Tests.Routes;

/// <summary>What became of a value on one way: it arrived, or the sender or the receiver refused it.</summary>
internal sealed record Outcome(Stage Stage, object? Value, Exception? Error)
{
    /// <summary>The sender's object afterwards: a callback or getter may have changed it.</summary>
    public object? Sender { get; init; }

    public static Outcome None { get; } = new(Stage.NotSent, null, new InvalidOperationException("Nothing was sent."));

    public static Outcome Of(Func<byte[]> send, Func<byte[], object?> receive)
    {
        byte[] bytes;
        try
        {
            bytes = send();
        }
        catch (Exception error)
        {
            return new(Stage.NotSent, null, error);
        }

        try
        {
            return new(Stage.Arrived, receive(bytes), null);
        }
        catch (Exception error)
        {
            return new(Stage.NotUnderstood, null, error);
        }
    }

    /// <summary>What differs; null where both mean the same.</summary>
    public string? DifferenceTo(Outcome other)
    {
        if (Stage != Stage.Arrived && other.Stage != Stage.Arrived) return null;
        if (Stage != other.Stage) return $"{this} / {other}";
        return Structure.Difference(Value, other.Value)
            ?? (Sender is not null && other.Sender is not null && Structure.Difference(Sender, other.Sender) is { } sender
                ? "at the sender " + sender
                : null);
    }

    public override string ToString() => Stage == Stage.Arrived ? "arrived as " + ValueText.Of(Value) : $"{Stage}: {Inner(Error!)}";

    private static string Inner(Exception error) =>
        error.InnerException is { } inner && error is not FanException ? Inner(inner) : $"{error.GetType().Name}: {error.Message}";
}

internal enum Stage
{
    Arrived,
    NotSent,
    NotUnderstood,
}
