using Stores.Clients;

namespace Stores;

/// <summary>A client of a store.</summary>
/// <param name="Store">memory, sqlite, or zookeeper with the number of its servers.</param>
/// <param name="Name">fan, kazoo or java.</param>
/// <param name="Client">The client itself.</param>
internal sealed record Contender(string Store, string Name, IClient Client);
