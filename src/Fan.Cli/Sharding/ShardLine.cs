using System.Globalization;
using System.Text.Json.Serialization;
using Fan.Cli.Arguments;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Fan.Cli.Sharding;

/// <summary>One shard for people and programs.</summary>
/// <param name="Shard">Its number.</param>
/// <param name="Owner">Who is to own it; left out where nobody can.</param>
/// <param name="Holder">Who holds its lock; left out where nobody does.</param>
/// <param name="Token">The holder's fencing token; left out where there is none.</param>
/// <param name="Assigned">Whether a commit named the owner.</param>
internal sealed record ShardLine(int Shard, string? Owner, string? Holder, long? Token, bool Assigned)
{
    /// <exception cref="NoSuchServiceException">No such service is registered, or it is not divided.</exception>
    public static async Task<IReadOnlyList<ShardLine>> ReadAsync(ToolSession session, string service, CancellationToken cancellationToken)
    {
        var states = await session.Services.GetRequiredService<ISystemChanges>().ShardsAsync(
            service, cancellationToken).ConfigureAwait(false);
        if (states.Count > 0)
        {
            return [.. states.Select(
                state => new ShardLine(state.Shard, state.Owner, state.Holder, state.Token == 0 ? null : state.Token, state.IsAssigned))];
        }

        var listing = await session.Directory.ListAsync(cancellationToken).ConfigureAwait(false);
        if (listing.Endpoints.Any(endpoint => endpoint.Service == service))
        {
            throw new NoSuchServiceException(service, $"Service '{service}' has no shards: none of its workers divides it.");
        }

        var error = new NoSuchServiceException(service, $"No service '{service}' is registered.");
        CallHints.AddNearest(error, listing);
        throw error;
    }

    public static void Write(Terminal terminal, IReadOnlyList<ShardLine> shards)
    {
        var table = Tables.Create("SHARD", "OWNER", "HOLDER", "TOKEN", "ASSIGNED");
        foreach (var shard in shards)
        {
            table.AddRow(
                Tables.Cell(shard.Shard.ToString(CultureInfo.InvariantCulture)),
                Tables.Cell(shard.Owner ?? "-"),
                Tables.Cell(shard.Holder ?? "-"),
                Tables.Cell(shard.Token?.ToString(CultureInfo.InvariantCulture) ?? "-"), Tables.Cell(shard.Assigned ? "by commit" : "-"));
        }

        Tables.Write(terminal, table);
    }
}

/// <summary>What a move came to, for programs.</summary>
internal sealed record ShardMoveOutcome(long Commit, IReadOnlyList<ShardLine> Shards, IReadOnlyList<string> Warnings);

/// <summary>The forms of <c>--json</c> for shards.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<ShardLine>))]
[JsonSerializable(typeof(ShardMoveOutcome))]
internal sealed partial class ShardJson : JsonSerializerContext;
