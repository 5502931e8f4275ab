using Fan.Coordination;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Fan.Applications;

/// <summary>
/// Ready from the start to the stop of the application, while every endpoint is registered and every hard dependency is there; degraded
/// while the store is away and for ten minutes after it was found restored, while a route is not reached, a worker is not the only one of
/// its name, a queue is not consumed, or a soft one is missing.
/// </summary>
internal sealed class FanHealthCheck(
    FanApplication application, FanHost host, Subscriptions subscriptions, StoreConnection store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (host.Pause is { } pause) return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, pause));
        var unmet = application.Dependencies.Where(dependency => !dependency.IsMet(application.Server.Services)).ToList();
        var wrong = host.Obstacles.Concat(
            unmet.Where(d => d.IsHard).Select(d => $"needs {d.Service} {d.Range}, which is not there")).ToList();
        var lesser = unmet.Where(d => !d.IsHard).Select(d => $"works without {d.Service} {d.Range}").ToList();
        lesser.AddRange(host.Troubles);
        lesser.AddRange(application.Server.Services.Select(service => service.Shards?.Trouble).OfType<string>());
        lesser.AddRange(subscriptions.Troubles);
        if (application.Tree.Trouble is { } restored) lesser.Add(restored);
        if (store.State != SessionState.Connected)
        {
            lesser.Add(
                $"the store {store.DisplayName} is away ({store.Trouble ?? store.State.ToString()}); calls go on with what is known");
        }

        return Task.FromResult(
            wrong.Count > 0 ? new HealthCheckResult(context.Registration.FailureStatus, string.Join("; ", wrong.Concat(lesser)))
            : lesser.Count > 0 ? HealthCheckResult.Degraded(string.Join("; ", lesser))
            : HealthCheckResult.Healthy(host.IsRetired ? "no call comes to it any more: a switch gave them to others" : null));
    }
}
