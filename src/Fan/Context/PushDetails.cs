using Fan.Messaging;

namespace Fan.Context;

/// <summary>What is special about one push, checked. Immutable.</summary>
internal sealed record PushDetails(string Id, string? Key, TimeSpan? Delay, TimeSpan? TimeToLive)
{
    // The time in front lets stores that sort by id keep new messages together.
    public static string NewId(TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");

    /// <summary>What came with a push over a route without queues.</summary>
    /// <exception cref="BadMessageException">A header breaks its form.</exception>
    public static PushDetails From(MessageHeaders headers, TimeProvider clock)
    {
        try
        {
            return new PushOptions
            {
                MessageId = headers.MessageId,
                Key = headers.Key,
                Delay = headers.Delay,
                TimeToLive = headers.Lifetime
            }.Resolve(clock);
        }
        catch (ArgumentException error)
        {
            throw new BadMessageException("push", $"The headers of the push are not valid: {error.Message}", error);
        }
    }
}
