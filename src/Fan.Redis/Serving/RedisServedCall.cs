using Fan.Brokers;
using Fan.Serving;

namespace Fan.Redis.Serving;

/// <summary>A request that came over Redis and is being served.</summary>
internal abstract class RedisServedCall(CallServer server, RunningCalls<RedisServedCall> running, CallWorkspaces workspaces, CallKey key)
    : BrokerCall(server, workspaces, key)
{
    protected sealed override ValueTask EndedAsync()
    {
        running.Remove(this);
        return default;
    }
}
