using Fan.Cli.Changes;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Spectre.Console;

namespace Fan.Cli.Health;

/// <summary>Removes nodes that nobody can read, once they were named and somebody said yes.</summary>
internal sealed class Repair(ToolSession session, Terminal terminal)
{
    private const string Reason = "Remove a route that can't be read.";

    /// <returns>What was removed.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(
        IReadOnlyList<GarbageNode> garbage, bool isAgreed, bool tells, CancellationToken cancellationToken)
    {
        var nodes = garbage.Where(node => !node.IsHeld).ToList();
        var nameless = await HasNamelessAsync(cancellationToken).ConfigureAwait(false);
        if (tells) Tell(nodes, nameless);
        if (nodes.Count == 0 && nameless is null) return [];
        if (!isAgreed && !await AskAsync(cancellationToken).ConfigureAwait(false))
        {
            await terminal.Out.WriteLineAsync("Nothing was removed.").ConfigureAwait(false);
            return [];
        }

        var removed = new List<string>();
        foreach (var node in nodes)
        {
            if (await RemoveAsync(node, cancellationToken).ConfigureAwait(false)) removed.Add(node.Path);
            else if (tells) await terminal.Out.WriteLineAsync($"{node.Path} was changed meanwhile, and stays.").ConfigureAwait(false);
        }

        if (nameless is not null
            && session.Store is IStoreDiagnostics diagnostics
            && await diagnostics.RemoveNamelessAsync(cancellationToken).ConfigureAwait(false) > 0)
        {
            removed.Add(nameless);
        }

        if (tells) await terminal.Out.WriteLineAsync($"Removed: {removed.Count}.").ConfigureAwait(false);
        return removed;
    }

    private void Tell(List<GarbageNode> nodes, string? nameless)
    {
        terminal.Out.WriteLine();
        if (nodes.Count == 0 && nameless is null)
        {
            terminal.Out.WriteLine("There is nothing to remove.");
            return;
        }

        var table = Tables.Create("TO BE REMOVED", "WHY");
        foreach (var node in nodes) table.AddRow(Tables.Cell(node.Path), Tables.Cell(node.Reason));
        if (nameless is not null) table.AddRow(Tables.Cell(nameless), Tables.Cell("No path can name them."));
        Tables.Write(terminal, table);
    }

    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        await terminal.Out.WriteAsync("Remove them? [y/N] ").ConfigureAwait(false);
        await terminal.FlushAsync().ConfigureAwait(false);
        using var input = new StreamReader(terminal.In());
        return (await input.ReadLineAsync(cancellationToken).ConfigureAwait(false))?.Trim() is "y" or "Y" or "yes";
    }

    private async Task<string?> HasNamelessAsync(CancellationToken cancellationToken)
    {
        if (session.Store is not IStoreDiagnostics diagnostics) return null;
        await foreach (var finding in diagnostics.DiagnoseAsync(cancellationToken).ConfigureAwait(false))
        {
            if (finding.Check == "names") return finding.Detail;
        }

        return null;
    }

    private async Task<bool> RemoveAsync(GarbageNode node, CancellationToken cancellationToken)
    {
        var routes = CommitPath.OfValue(CommitPath.Routes) + "/";
        try
        {
            if (node.Path.StartsWith(routes, StringComparison.Ordinal) && ServiceName.TryParse(node.Path[routes.Length..], out _, out _))
            {
                // Routes are changed by commits only, so that all applications have the same ones.
                var options = new ChangeOptions
                {
                    Author = ChangeSettings.AuthorOf(terminal),
                    Reason = Reason,
                    Force = true,
                    DrainTimeout = TimeSpan.Zero
                };
                await session.Changes.ChangeAsync(
                    [new RouteChange { Service = node.Path[routes.Length..] }],
                    options,
                    cancellationToken: cancellationToken).ConfigureAwait(false);
                return true;
            }

            await session.Store.CommitAsync([new StoreOperation.Delete(node.Path, node.Version)], cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }
}
