using System.Text.Json;
using Fan.Cli.Output;
using Fan.Commits;
using Fan.Discovery;
using Fan.Switching;
using Fan.Tree;
using Spectre.Console;

namespace Fan.Cli.Changes;

/// <summary>The tree as it is now.</summary>
/// <param name="Commit">The newest commit; 0 where there was none.</param>
/// <param name="Values">Its values, by path.</param>
internal sealed record RoutesReport(long Commit, IReadOnlyList<RouteReport> Values)
{
    public static async Task<RoutesReport> ReadAsync(
        ISystemChanges changes, IEndpointDirectory directory, CancellationToken cancellationToken)
    {
        var tree = await changes.ReadAsync(cancellationToken).ConfigureAwait(false);
        var endpoints = (await directory.ListAsync(cancellationToken).ConfigureAwait(false)).Endpoints;
        var last = await RouteHistory.LastChangesAsync(changes, tree.Values.Keys, cancellationToken).ConfigureAwait(false);
        return new RoutesReport(
            tree.Number, [.. tree.Values.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => new RouteReport(
                value.Key, EditReport.Parse(value.Value)!.Value,
                [.. endpoints.Where(endpoint => endpoint.Service == EditText.Subject(value.Key))
                    .Select(endpoint => endpoint.Version)
                    .Distinct(StringComparer.Ordinal)],
                last.TryGetValue(value.Key, out var commit) ? commit.Number : null))]);
    }

    public void Write(Terminal terminal)
    {
        if (Values.Count == 0) return;
        var table = Tables.Create("SERVICE", "CALLS GO TO", "VERSIONS THAT RUN", "SINCE COMMIT");
        foreach (var route in Values)
        {
            table.AddRow(
                Tables.Cell(EditText.Subject(route.Path)), Tables.Cell(EditText.Value(route.Path, route.Value.GetRawText())),
                Tables.Cell(route.Path.StartsWith(CommitPath.Routes, StringComparison.Ordinal)
                    ? route.Live.Count == 0 ? ["none"] : route.Live
                    : []),
                Tables.Cell(route.Changed?.ToString() ?? "-"));
        }

        Tables.Write(terminal, table);
    }
}

/// <summary>One value of the tree.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Value">Its JSON.</param>
/// <param name="Live">The versions of the service that run, where it is a route.</param>
/// <param name="Changed">The commit that made it; null where the log does not go back so far.</param>
internal sealed record RouteReport(string Path, JsonElement Value, IReadOnlyList<string> Live, long? Changed);
