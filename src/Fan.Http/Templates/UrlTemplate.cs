namespace Fan.Http.Templates;

/// <summary>A path template such as <c>/wines/{inventory_id}/</c>: each segment is a text or one argument. Immutable.</summary>
internal sealed class UrlTemplate
{
    private readonly (string Text, bool IsArgument)[] _segments;

    private UrlTemplate(string text, (string Text, bool IsArgument)[] segments)
    {
        Text = text;
        _segments = segments;
    }

    public string Text { get; }

    /// <summary>The template without the names of its arguments: of two with one shape, one is never reached.</summary>
    public string Shape => "/" + string.Join('/', _segments.Select(segment => segment.IsArgument ? "{}" : segment.Text));

    public int Length => _segments.Length;

    /// <summary>The arguments that the path carries.</summary>
    public IEnumerable<string> Arguments => _segments.Where(segment => segment.IsArgument).Select(segment => segment.Text);

    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static UrlTemplate Parse(string text)
    {
        if (!text.StartsWith('/')) throw new FormatException($"URL template '{text}' must start with '/'.");
        var parts = text[1..].Split('/');
        var segments = new (string Text, bool IsArgument)[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            var isArgument = part.Length > 2 && part[0] == '{' && part[^1] == '}';
            if (part.AsSpan(isArgument ? 1 : 0, part.Length - (isArgument ? 2 : 0)).ContainsAny('{', '}'))
                throw new FormatException($"URL template '{text}' has '{part}' where a text or '{{argument}}' is expected.");
            segments[i] = isArgument ? (part[1..^1], true) : (Uri.UnescapeDataString(part), false);
        }

        return new UrlTemplate(text, segments);
    }

    /// <summary>The arguments in a path, given in its decoded segments; null where it is another path.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Match(string[] path)
    {
        if (path.Length != _segments.Length) return null;
        for (var i = 0; i < path.Length; i++)
        {
            if (_segments[i].IsArgument ? path[i].Length == 0 : path[i] != _segments[i].Text) return null;
        }

        var arguments = new List<KeyValuePair<string, string>>();
        for (var i = 0; i < path.Length; i++)
        {
            if (_segments[i].IsArgument) arguments.Add(new(_segments[i].Text, path[i]));
        }

        return arguments;
    }

    /// <summary>Orders templates so that the one with the longer literal beginning is asked first.</summary>
    public static int BySpecificity(UrlTemplate first, UrlTemplate second)
    {
        for (var i = 0; i < Math.Min(first.Length, second.Length); i++)
        {
            if (first._segments[i].IsArgument != second._segments[i].IsArgument) return first._segments[i].IsArgument ? 1 : -1;
        }

        return first.Length.CompareTo(second.Length);
    }
}
