using Fan.Applications;
using Fan.Cli.Errors;

namespace Fan.Cli.Sessions;

/// <summary>Which store is used, and who said so.</summary>
/// <param name="Url">Its URL; null takes the embedded store.</param>
/// <param name="Source">Where it came from, for people.</param>
internal sealed record StoreChoice(string? Url, string Source)
{
    public static StoreChoice Of(string? option, Func<string, string?> environment)
    {
        var (url, source) = option is not null ? (option, "--store")
            : environment(StoreSelection.EnvironmentVariable) is { } text && !string.IsNullOrWhiteSpace(text)
            ? (text, StoreSelection.EnvironmentVariable)
            : (null, "default");
        if (url?.StartsWith("memory:", StringComparison.OrdinalIgnoreCase) == true)
        {
            throw new UsageException(
                $"Store '{url}' ({source}) lives within one process, so nobody else is in it: name the one that the services use.");
        }

        return new StoreChoice(url, source);
    }
}
