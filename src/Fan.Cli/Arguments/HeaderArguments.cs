using Fan.Cli.Errors;
using Fan.Messaging;

namespace Fan.Cli.Arguments;

/// <summary>What <c>-H name=value</c> says of the context of a call: <c>user</c> is the user, everything else is W3C baggage.</summary>
internal static class HeaderArguments
{
    private const int MaxUser = 256;

    /// <exception cref="UsageException">One is no name=value, or can't travel.</exception>
    public static CallContext Parse(IReadOnlyList<string> headers)
    {
        var context = CallContext.Empty;
        var baggage = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in headers)
        {
            var equals = header.IndexOf('=');
            if (equals <= 0) throw new UsageException($"-H must be name=value, as in -H user=ann; it is '{header}'.");
            var (name, value) = (header[..equals], header[(equals + 1)..]);
            if (name == "user")
            {
                context = context with { User = User(value) };
            }
            else if (!Travels(name))
            {
                throw new UsageException($"-H '{name}' is no name for baggage: letters, digits and !#$%&'*+-.^_`|~ are allowed.");
            }
            else if (!baggage.TryAdd(name, value))
            {
                throw new UsageException($"-H '{name}' is given twice.");
            }
        }

        // The library leaves out what is over the limits, which nobody would notice here.
        if (baggage.Count > Baggage.MaxMembers
            || baggage.Sum(pair => pair.Key.Length + Uri.EscapeDataString(pair.Value).Length + 2) > Baggage.MaxLength)
            throw new UsageException($"-H: at most {Baggage.MaxMembers} entries of {Baggage.MaxLength} characters in all can travel.");
        return context with { Baggage = baggage };
    }

    private static string User(string value) => value.Length is > 0 and <= MaxUser && !value.Any(char.IsControl)
        ? value
        : throw new UsageException($"-H user must have 1 to {MaxUser} characters, without control characters.");

    private static bool Travels(string name) => name.Length <= Baggage.MaxLength && Baggage.Format([new(name, "x")]) is not null;
}
