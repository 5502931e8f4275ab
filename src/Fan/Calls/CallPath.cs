namespace Fan.Calls;

/// <summary>A concrete service and method as one text: <c>retail.store[42].public_wines.get</c>.</summary>
internal sealed record CallPath(ServiceName Service, string Method)
{
    /// <exception cref="FormatException">It is none; the message says where and why.</exception>
    public static CallPath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // A shard key may have dots of its own, so the last dot that counts stands after the last bracket.
        var dot = text.LastIndexOf('.');
        if (dot <= 0 || dot < text.LastIndexOf(']'))
        {
            throw new FormatException(
                $"'{Messaging.HeaderText.Shorten(text)}' must be a service and a method, as in 'retail.store[42].public_wines.get'.");
        }

        var method = text[(dot + 1)..];
        if (method.Length == 0 || method.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
        {
            throw new FormatException(
                $"'{Messaging.HeaderText.Shorten(method)}' is no method name: letters, digits, '_' and '-' are allowed.");
        }

        return new CallPath(ServiceName.Parse(text[..dot]), method);
    }
}
