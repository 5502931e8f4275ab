namespace Fan;

/// <summary>Declares an interface or a class as a Fan service.</summary>
/// <remarks>
/// The name is a dotted path, e.g. <c>retail.store[store_id].public_wines</c>; a bracket marks a shard key. A segment has
/// letters, digits, <c>_</c> and <c>-</c>. On an interface every method is an rpc unless it says otherwise; on a class only
/// the methods with <see cref="RpcAttribute"/> or <see cref="PushAttribute"/> are callable.
/// </remarks>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Class, Inherited = false)]
public sealed class ServiceAttribute(string name) : Attribute
{
    /// <summary>The dotted name, with shard keys in brackets.</summary>
    public string Name { get; } = name;

    /// <summary>The SemVer 2.0 version of the contract and its behaviour. Default <c>1.0.0</c>.</summary>
    public string Version { get; init; } = "1.0.0";
}
