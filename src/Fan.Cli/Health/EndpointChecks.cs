using System.Collections.Concurrent;
using System.Net.Sockets;
using Fan.Discovery;

namespace Fan.Cli.Health;

/// <summary>Looks whether somebody listens where endpoints say so.</summary>
internal static class EndpointChecks
{
    private const int MaxTried = 500;
    private const int AtOnce = 16;
    private const int MaxShown = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<Check>> RunAsync(
        IReadOnlyList<Endpoint> endpoints, TimeProvider clock, CancellationToken cancellationToken)
    {
        var addresses = endpoints.Where(endpoint => endpoint.Description is { Host.Length: > 0, Port: > 0 })
            .GroupBy(endpoint => (Host: endpoint.Description.Host!.Trim('[', ']'), endpoint.Description.Port)).ToList();
        var failures = new ConcurrentDictionary<string, (Endpoint Endpoint, string Why)>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(addresses.Take(MaxTried), new ParallelOptions
        {
            MaxDegreeOfParallelism = AtOnce,
            CancellationToken = cancellationToken
        }, async (address, token) =>
        {
            if (await TryAsync(address.Key.Host, address.Key.Port, clock, token).ConfigureAwait(false) is not { } why) return;
            foreach (var endpoint in address) failures[endpoint.Id] = (endpoint, why);
        }).ConfigureAwait(false);
        return [.. Tell(endpoints, addresses.Count, failures)];
    }

    private static IEnumerable<Check> Tell(
        IReadOnlyList<Endpoint> endpoints, int addresses, ConcurrentDictionary<string, (Endpoint Endpoint, string Why)> failures)
    {
        foreach (var (id, (endpoint, why)) in failures.OrderBy(failure => failure.Key, StringComparer.Ordinal).Take(MaxShown))
        {
            yield return Check.Failed(
                "endpoint", $"{endpoint} ({endpoint.Description.Application ?? "no application told"}): {why}",
                $"If its process is gone, the node goes with its session; a persistent one stays: start the process, or delete {id}.");
        }

        if (failures.Count > MaxShown) yield return Check.Failed("endpoint", $"and {failures.Count - MaxShown} more", "See above.");
        if (failures.IsEmpty && addresses > 0)
        {
            yield return Check.Ok("endpoints", addresses == 1
                ? "the only address accepts connections"
                : $"all {Math.Min(addresses, MaxTried)} addresses accept connections");
        }

        if (addresses > MaxTried)
        {
            yield return Check.Warning("endpoints", $"{addresses - MaxTried} more addresses were not tried", "Try them with 'fan call'.");
        }

        var without = endpoints.Count(endpoint => endpoint.Description is not { Host.Length: > 0, Port: > 0 });
        if (without > 0) yield return Check.Ok("endpoints", $"{without} without host and port were not tried");
    }

    /// <summary>Why nobody could be reached; null when somebody was.</summary>
    private static async Task<string?> TryAsync(string host, int port, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, port, either.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            return error.Message;
        }
    }
}
