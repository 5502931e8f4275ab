using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Fan.Coordination;
using Fan.ZooKeeper.Client;

namespace Fan.ZooKeeper;

/// <summary>Looks for nodes of Fan that the own credentials can't read or write. For one run.</summary>
internal sealed class AccessDiagnosis(ZooKeeperClient client, ZooKeeperClientOptions options)
{
    private const int MaxNodes = 2000;
    private const int MaxShown = 20;
    private const int Read = 1;
    private const int Write = 2;
    private const string Advice =
        "Give all applications of the system the same Fan:ZooKeeper:User and Password, or have the node's owner change its access list.";

    // No node gets there, so a set that is allowed is refused for it, and nothing is written.
    private const int ImpossibleVersion = int.MaxValue;
    private static readonly string[] Roots = ["/endpoints", "/fan"];

    private readonly string? _digest = Digest(options);
    private readonly List<StoreFinding> _findings = [];
    private readonly Queue<string> _left = new(Roots);
    private int _seen;
    private int _problems;

    public async Task<IReadOnlyList<StoreFinding>> RunAsync(CancellationToken cancellationToken)
    {
        while (_left.Count > 0 && _seen < MaxNodes) await LookAsync(_left.Dequeue(), cancellationToken).ConfigureAwait(false);
        var who = options.Credentials.Count > 0 ? "these credentials" : "no credentials";
        if (_problems == 0)
        {
            _findings.Add(new StoreFinding(
                "access", StoreFindingStatus.Ok, $"with {who} all of the {_seen} nodes looked at can be read and written"));
        }

        if (_problems > MaxShown)
        {
            _findings.Add(new StoreFinding("access", StoreFindingStatus.Warning, $"and {_problems - MaxShown} more", "See above."));
        }

        if (_left.Count > 0)
        {
            _findings.Add(new StoreFinding("access", StoreFindingStatus.Ok, $"more than {MaxNodes} nodes; the others were not looked at"));
        }

        return _findings;
    }

    private async Task LookAsync(string path, CancellationToken cancellationToken)
    {
        var rules = await AllowedAsync<IReadOnlyList<AccessRule>>(
            async () => await client.GetAclAsync(path, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        if (rules.IsMissing) return;
        _seen++;
        var mayRead = Grants(rules.Value, Read);
        if (!mayRead) mayRead = (await AllowedAsync(() => client.GetAsync(path, cancellationToken)).ConfigureAwait(false)).IsAllowed;
        var mayWrite = Grants(rules.Value, Write) || await MayWriteAsync(path, cancellationToken).ConfigureAwait(false);
        if (!mayRead || !mayWrite) Tell(path, mayRead, mayWrite, rules.Value);
        if (!mayRead) return;
        var names = await AllowedAsync(() => client.GetChildrenAsync(path, cancellationToken)).ConfigureAwait(false);
        foreach (var name in names.Value ?? [])
        {
            if (_left.Count + _seen <= MaxNodes) _left.Enqueue(StorePath.Join(path, name));
        }
    }

    private void Tell(string path, bool mayRead, bool mayWrite, IReadOnlyList<AccessRule>? rules)
    {
        if (++_problems > MaxShown) return;
        var list = rules is null ? "" : $"; its access list is {string.Join(", ", rules)}";
        _findings.Add(mayRead
            ? new StoreFinding("access", StoreFindingStatus.Warning, $"{path} can't be written{list}", Advice)
            : new StoreFinding(
                "access", StoreFindingStatus.Failed, $"{path} can't be read{(mayWrite ? "" : " or written")}{list}", Advice));
    }

    // What the rules do not tell for sure (other schemes, ids that are hidden, administrators), trying does.
    private bool Grants(IReadOnlyList<AccessRule>? rules, int permission) => rules?.Any(rule =>
        (rule.Permissions & permission) != 0
        && (rule is { Scheme: "world", Id: "anyone" } || (rule.Scheme == "digest" && rule.Id == _digest))) == true;

    private async Task<bool> MayWriteAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await client.MultiAsync([new SetNode(path, default, ImpossibleVersion)], cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RefusedException refused)
        {
            return refused.Code != ErrorCode.NoAuth;
        }
    }

    private static async Task<Look<T>> AllowedAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        try
        {
            var value = await ask().ConfigureAwait(false);
            return new Look<T>(value, IsAllowed: true, IsMissing: value is null);
        }
        catch (RefusedException refused) when (refused.Code is ErrorCode.NoAuth or ErrorCode.NoNode)
        {
            return new Look<T>(null, IsAllowed: refused.Code != ErrorCode.NoAuth, IsMissing: refused.Code == ErrorCode.NoNode);
        }
    }

    [SuppressMessage("Security", "CA5350", Justification = "It is how ZooKeeper writes the ids of its digest scheme.")]
    private static string? Digest(ZooKeeperClientOptions options)
    {
        if (options.Credentials is not [("digest", var credentials), ..]) return null;
        var user = Encoding.UTF8.GetString(credentials).Split(':')[0];
        return $"{user}:{Convert.ToBase64String(SHA1.HashData(credentials))}";
    }

    private readonly record struct Look<T>(T? Value, bool IsAllowed, bool IsMissing);
}
