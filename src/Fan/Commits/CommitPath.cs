using System.Globalization;
using Fan.Coordination;

namespace Fan.Commits;

/// <summary>Where the log and the tree stand in the store.</summary>
internal static class CommitPath
{
    public const string Root = "/fan";

    /// <summary>
    /// The number of the newest commit, with that commit beside it. Every commit changes it, so two at once can't both succeed.
    /// </summary>
    public const string Head = "/fan/head";

    public const string Commits = "/fan/commits";

    /// <summary>What applications follow besides the head.</summary>
    public const string Control = "/fan/control";

    /// <summary>The number of the oldest snapshot that anything alive may still read.</summary>
    public const string Settled = "/fan/control/settled";

    /// <summary>
    /// Stands while applications hold new root calls for a commit that is about to be made. Ephemeral: it goes with whoever wanted it.
    /// </summary>
    public const string Barrier = "/fan/control/barrier";

    public const string Applications = "/fan/apps";

    public const string Routes = "routes";

    private const int MaxPathLength = 512;

    public static string OfCommit(long number) => $"{Commits}/{number.ToString("D10", CultureInfo.InvariantCulture)}";

    public static bool TryParseCommit(string name, out long number) =>
        long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>The node of a value of the tree.</summary>
    public static string OfValue(string path) => $"{Root}/{path}";

    /// <summary>The place of a service's route.</summary>
    public static string OfRoute(string service) => $"{Routes}/{service}";

    /// <summary>Checks that a path names a value of the tree and nothing else in the store.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void Validate(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Length > MaxPathLength)
        {
            throw new ArgumentException(
                $"A path of the tree has at most {MaxPathLength} characters; this one has {path.Length}.", nameof(path));
        }

        if (!path.StartsWith(Routes + "/", StringComparison.Ordinal) && !path.StartsWith("configs/", StringComparison.Ordinal))
            throw new ArgumentException($"'{path}' is no path of the tree; it must be below 'routes/' or 'configs/'.", nameof(path));
        StorePath.Validate(OfValue(path));
    }
}
