using System.Text.Json;

namespace Fan.Queues;

/// <summary>A push as a subscriber without a contract sees it. Immutable.</summary>
/// <param name="Service">The service, without brackets; its shard keys are in <see cref="CallContext.ShardKeys"/>.</param>
/// <param name="Method">The wire name of the method.</param>
/// <param name="Arguments">The arguments, a JSON object of names.</param>
/// <param name="Info">What is known of the message.</param>
public sealed record ReceivedPush(string Service, string Method, JsonElement Arguments, PushInfo Info);
