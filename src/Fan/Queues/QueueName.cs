namespace Fan.Queues;

/// <summary>The queue of one group for the pushes of one service. Immutable.</summary>
public sealed record QueueName
{
    /// <summary>The group that the hosts of a service consume for.</summary>
    public const string MainGroup = "main";

    /// <summary>The longest name of a group, in characters.</summary>
    public const int MaxGroupLength = 64;

    /// <summary>Names a queue.</summary>
    /// <exception cref="FormatException">
    /// The service is no service name without brackets, or the group is not 1 to 64 letters, digits, <c>_</c>, <c>-</c> or <c>.</c>, the
    /// first a letter or digit.
    /// </exception>
    public QueueName(string service, string group = MainGroup)
    {
        if (ServiceName.Parse(service).ShardKeys.Count > 0)
        {
            throw new FormatException($"'{service}' can't have brackets: a queue is one for all shard keys.");
        }

        if (!IsGroup(group))
        {
            throw new FormatException(
                $"Group '{Messaging.HeaderText.Shorten(group ?? "")}' must have 1 to {MaxGroupLength} letters, digits, '_', '-' or '.', " +
                "the first a letter or digit.");
        }

        Service = service;
        Group = group!;
    }

    /// <summary>The service, without brackets.</summary>
    public string Service { get; }

    /// <summary>The group.</summary>
    public string Group { get; }

    /// <summary><c>service/group</c>.</summary>
    public override string ToString() => $"{Service}/{Group}";

    private static bool IsGroup(string? group) =>
        group is { Length: > 0 and <= MaxGroupLength }
        && char.IsAsciiLetterOrDigit(group[0])
        && group.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
