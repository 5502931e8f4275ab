using System.Globalization;
using Fan.Cli.Commands;
using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Discovery;
using Fan.Versions;

namespace Fan.Cli.Commands.Completion;

/// <summary>
/// What the store knows that may complete a command line. Read before the line is parsed, as the parser asks without waiting. Immutable.
/// </summary>
internal sealed class Suggestions(IReadOnlyList<Endpoint> endpoints, IReadOnlyList<long> commits)
{
    private const int MaxCommits = 20;

    // The verbs that take the number of a commit.
    private static readonly string[] OfCommits = ["revert", "show", "diff"];

    public static Suggestions None { get; } = new([], []);

    /// <summary>The services' names, those only that a shell can be given.</summary>
    public IEnumerable<string> Services => Sound.Select(endpoint => endpoint.Service).Distinct(StringComparer.Ordinal);

    /// <summary>The newest commits' numbers.</summary>
    public IEnumerable<string> Commits => commits.Select(number => number.ToString(CultureInfo.InvariantCulture));

    private IEnumerable<Endpoint> Sound => endpoints.Where(endpoint => ServiceName.TryParse(endpoint.Service, out _, out _));

    /// <summary>The suggestions for a run that was asked for some, and none for any other.</summary>
    public static async Task<Suggestions> ForAsync(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellationToken)
    {
        if (SuggestAction.LineOf(args) is not { } line) return None;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(terminal.CompletionTime);
        try
        {
            // The store that the line to complete names.
            var global = new GlobalOptions(terminal, None);
            var session = global.Session(RootTree.Create(global).Parse(line));
            await using var closing = session.ConfigureAwait(false);
            await session.OpenAsync(patience.Token).WaitAsync(patience.Token).ConfigureAwait(false);
            var endpoints = (await session.Directory.ListAsync(patience.Token).ConfigureAwait(false)).Endpoints;
            var commits = OfCommits.Any(verb => line.StartsWith(verb + " ", StringComparison.Ordinal))
                ? await session.Changes.LogAsync(patience.Token)
                    .Select(commit => commit.Number)
                    .Take(MaxCommits)
                    .ToListAsync(patience.Token).ConfigureAwait(false)
                : [];
            return new Suggestions(endpoints, commits);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Without the store the verbs and options still complete; an error here would only garble the line.
            return None;
        }
    }

    /// <summary>The methods that go on with what was typed, whatever shard keys stand in it.</summary>
    public IEnumerable<string> MethodsFor(string typed, MethodKind? kind = null)
    {
        var plain = WithoutKeys(typed);
        foreach (var endpoint in Sound)
        {
            var template = ServiceSummary.TemplateOf([endpoint]) ?? endpoint.Service;
            foreach (var method in endpoint.Description.Methods.Where(
                method => (kind is null || method.Kind == kind) && method.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')))
            {
                var path = $"{endpoint.Service}.{method.Name}";
                if (!typed.Contains('[')) yield return $"{template}.{method.Name}";
                else if (plain is not null && path.StartsWith(plain, StringComparison.Ordinal)) yield return typed + path[plain.Length..];
            }
        }
    }

    /// <summary>The versions of a service that run, those only that a shell can be given.</summary>
    public IEnumerable<string> VersionsOf(string? service) => service is null || WithoutKeys(service) is not { } plain ? []
        : Sound.Where(endpoint => endpoint.Service == plain)
            .Select(endpoint => endpoint.Version)
            .Where(version => ServiceVersion.TryParse(version, out _))
            .Distinct(StringComparer.Ordinal);

    /// <summary>What goes on with a service, as <c>name=</c>, and then with its version.</summary>
    public IEnumerable<string> SwitchesFor(string typed)
    {
        var equals = typed.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? Services.Select(service => service + "=")
            : VersionsOf(typed[..equals]).Select(version => typed[..(equals + 1)] + version);
    }

    /// <summary>The arguments of a method, as <c>name=</c>.</summary>
    public IEnumerable<string> ArgumentsOf(string? path)
    {
        if (path is null || WithoutKeys(path) is not { } plain) return [];
        var dot = plain.LastIndexOf('.');
        if (dot <= 0) return [];
        return Sound.Where(endpoint => endpoint.Service == plain[..dot])
            .SelectMany(endpoint => endpoint.FindMethod(plain[(dot + 1)..])?.Parameters ?? [])
            .Select(parameter => parameter.Split(':', '?')[0])
            .Where(name => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            .Select(name => name + "=").Distinct(StringComparer.Ordinal);
    }

    /// <summary>The transports that a method's service is served over.</summary>
    public IEnumerable<string> TransportsOf(string? path)
    {
        if (path is null || WithoutKeys(path) is not { } plain || plain.LastIndexOf('.') is not (> 0 and var dot)) return [];
        return Sound.Where(endpoint => endpoint.Service == plain[..dot]).Select(endpoint => endpoint.Description.Transport)
            .Where(name => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')).Distinct(StringComparer.Ordinal);
    }

    /// <summary>Null while a bracket is open.</summary>
    private static string? WithoutKeys(string text)
    {
        for (var open = text.IndexOf('['); open >= 0; open = text.IndexOf('['))
        {
            var close = text.IndexOf(']', open);
            if (close < 0) return null;
            text = text.Remove(open, close - open + 1);
        }

        return text;
    }
}
