namespace Fan.Cli.Errors;

/// <summary>What to do next after an error; a command adds what only it knows through <see cref="Exception.Data"/>.</summary>
internal static class Hints
{
    private const string Key = "fan.hint";

    public static void Add(Exception error, string? hint)
    {
        if (hint is not null) error.Data[Key] = hint;
    }

    public static string? Of(Exception error) => error.Data[Key] as string ?? error switch
    {
        NoSuchServiceException => "'fan ls' shows what there is.",
        ServiceUnavailableException or CircuitOpenException => "'fan doctor' shows which endpoints answer.",
        NotAuthenticatedException =>
            "Give a token in the environment (Fan__Token), or a certificate (Fan__Http__CertificateFile, Fan__Tcp__CertificateFile).",
        DeadlineExceededException => "Give it more time with --timeout.",
        _ => null,
    };

    /// <summary>The name that was probably meant; null where none is near.</summary>
    public static string? Nearest(string wanted, IEnumerable<string> names)
    {
        var limit = Math.Max(1, wanted.Length / 4);
        return names.Select(name => (Name: name, Distance: Distance(wanted, name, limit))).Where(pair => pair.Distance <= limit)
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => pair.Name).FirstOrDefault();
    }

    // Levenshtein's, by rows; far lengths are not worth the work.
    private static int Distance(string left, string right, int limit)
    {
        if (Math.Abs(left.Length - right.Length) > limit) return int.MaxValue;
        var row = new int[right.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[^1];
    }
}
