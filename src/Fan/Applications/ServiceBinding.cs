using System.Globalization;
using Fan.Calls;
using Fan.Generated;
using Fan.Serving;
using Semver;

namespace Fan.Applications;

/// <summary>What callers of one contract hold, and whom it leads to at the moment. Safe from any thread.</summary>
internal abstract class ServiceBinding
{
    /// <summary>Leads calls over the pipeline where they must be seen, and directly where they may be.</summary>
    public abstract void Retarget();
}

internal sealed class ServiceBinding<TService> : ServiceBinding
    where TService : class
{
    private readonly InterfaceContract<TService> _contract;
    private readonly FanApplication _application;
    private readonly ServiceName _name;
    private readonly LocalService? _local;
    private readonly Lock _gate = new();
    private readonly TService? _routed;
    private readonly ServiceProxy<TService>? _proxy;

    public ServiceBinding(InterfaceContract<TService> contract, FanApplication application)
    {
        _contract = contract;
        _application = application;
        _name = ServiceName.Parse(contract.Name);
        _local = application.FindLocal(contract);
        if (_name.ShardKeys.Count > 0) return;
        _routed = CreateClient([], null);
        _proxy = contract.CreateProxy(_routed);
    }

    public TService Get(ReadOnlySpan<object> keys)
    {
        var texts = Texts(keys);
        return _proxy is not null ? (TService)(object)_proxy : CreateClient(texts, null);
    }

    /// <summary>A client whose pushes have these options.</summary>
    public TService Push(PushOptions options, ReadOnlySpan<object> keys) => CreateClient(Texts(keys), options);

    public override void Retarget()
    {
        if (_proxy is null) return;
        // Whoever comes last has seen the newest state of both: they are read under the lock.
        lock (_gate)
        {
            _proxy.Target = !_application.Gate.IsOpen
                && !_application.Options.CopyLocalCalls
                && _local?.Implementation.Shared is TService direct
                && MayBeDirect(_local)
                ? direct
                : _routed!;
        }
    }

    // As long as any call tree reads a snapshot that leads elsewhere, each call must be asked which one it reads.
    private bool MayBeDirect(LocalService local) =>
        local.Shards is null && local.Strict is null && (!_application.Tree.IsStarted || _application.Trees.History.Agree(snapshot =>
            snapshot.RouteOf(_name.Canonical) is not { } route
            || (route.Alias is null
                && route.IsSingle
                && SemVersion.ComparePrecedence(route.Versions.First(version => version.Weight > 0).Version, local.Version) == 0)));

    private string[] Texts(ReadOnlySpan<object> keys)
    {
        if (keys.Length != _name.ShardKeys.Count)
        {
            throw new ArgumentException(
                $"Service '{_name}' takes {_name.ShardKeys.Count} shard keys ({string.Join(", ", _name.ShardKeys)}); " +
                $"it was given {keys.Length}.",
                nameof(keys));
        }

        if (keys.Length == 0) return [];
        var texts = new string[keys.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = Convert.ToString(keys[i], CultureInfo.InvariantCulture) ?? "";
            if (!ServiceName.IsKey(texts[i]))
            {
                throw new ArgumentException(
                    $"Shard key '{_name.ShardKeys[i]}' of '{_name}' must have 1 to 256 characters, no control characters.", nameof(keys));
            }
        }

        return texts;
    }

    private TService CreateClient(IReadOnlyList<string> keys, PushOptions? options)
    {
        var channel = new RoutedChannel(
            _local,
            _application.Locals,
            _application.Trees,
            () => _application.RoutesFor(_contract),
            _application.Pipeline,
            _application.Pushes,
            _name.Canonical,
            keys,
            options);
        return _contract.CreateClient(
            _local is not null && _application.Options.CopyLocalCalls ? new CopyingChannel(channel, _application.Copies) : channel);
    }
}
