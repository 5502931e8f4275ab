using System.Security.Claims;

namespace Fan.Security;

/// <summary>
/// Who may call a service or a method. All that is required must hold. Not safe for concurrent use; nothing changes once the application
/// has started.
/// </summary>
public sealed class CallPolicy
{
    private readonly List<PolicyRequirement> _requirements = [];

    internal IReadOnlyList<PolicyRequirement> Requirements => _requirements;

    internal bool IsOpen { get; private set; }

    internal bool Queues { get; private set; }

    internal bool IsEmpty => _requirements.Count == 0 && !IsOpen && !Queues;

    /// <summary>The caller must be known: by a certificate, a token, or the web application around it.</summary>
    public CallPolicy RequireAuthenticated() =>
        Add("a caller that is known", static request => request.Caller?.Identities.Any(identity => identity.IsAuthenticated) == true);

    /// <summary>
    /// The caller must have one of these names: <see cref="ClaimsIdentity.Name"/> of any of its identities, for certificates the common
    /// name of the subject. Exact, with case.
    /// </summary>
    public CallPolicy RequireCaller(params string[] names)
    {
        var wanted = Checked(names, nameof(names));
        return Add("another caller", request => request.Caller?.Identities.Any(
            identity => identity is { IsAuthenticated: true, Name: { } name } && wanted.Contains(name)) == true);
    }

    /// <summary>The caller must have one of these roles.</summary>
    public CallPolicy RequireRole(params string[] roles)
    {
        var wanted = Checked(roles, nameof(roles));
        return Add("another role", request => request.Caller is { } caller && wanted.Any(caller.IsInRole));
    }

    /// <summary>The caller must have a claim of that type, with one of these values where any are given.</summary>
    public CallPolicy RequireClaim(string type, params string[] values)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        ArgumentNullException.ThrowIfNull(values);
        var wanted = values.ToHashSet(StringComparer.Ordinal);
        return Add(
            $"another claim '{type}'",
            request => request.Caller?.Claims.Any(claim => claim.Type.Equals(type, StringComparison.OrdinalIgnoreCase)
                && (wanted.Count == 0 || wanted.Contains(claim.Value))) == true);
    }

    /// <summary>The function must say yes. A caller that nothing is known of is shown to it too.</summary>
    /// <param name="what">What is asked for, to end the sentence "its policy asks for …".</param>
    /// <param name="check">Decides. What it throws fails the call.</param>
    public CallPolicy Require(string what, Func<PolicyRequest, CancellationToken, ValueTask<bool>> check)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(what);
        ArgumentNullException.ThrowIfNull(check);
        _requirements.Add(new PolicyRequirement(what, check));
        return this;
    }

    /// <summary>
    /// Takes away what is required elsewhere for more than this: on a method what its service requires, on a service what is required of
    /// all.
    /// </summary>
    public CallPolicy AllowAnyone()
    {
        IsOpen = true;
        return this;
    }

    /// <summary>
    /// Lets pushes in that come out of a queue at a broker or in a database without a check: whoever may write there may push. Without it
    /// they must bring a token.
    /// </summary>
    public CallPolicy TrustQueues()
    {
        Queues = true;
        return this;
    }

    private CallPolicy Add(string what, Func<PolicyRequest, bool> check)
    {
        _requirements.Add(new PolicyRequirement(what, (request, _) => new(check(request))));
        return this;
    }

    private static HashSet<string> Checked(string[] names, string parameter)
    {
        ArgumentNullException.ThrowIfNull(names, parameter);
        return names.Length > 0 && !names.Any(string.IsNullOrWhiteSpace)
            ? names.ToHashSet(StringComparer.Ordinal)
            : throw new ArgumentException("At least one name is needed, and none may be empty.", parameter);
    }
}

/// <summary>A call that waits for a policy to let it in. Immutable.</summary>
/// <param name="Service">The service.</param>
/// <param name="Method">The wire name of the method.</param>
/// <param name="ShardKeys">The values of its shard keys.</param>
/// <param name="Transport">The transport on which it came.</param>
/// <param name="Caller">Who makes it; null where nothing proves it.</param>
/// <param name="Services">The application's container.</param>
public sealed record PolicyRequest(
    string Service, string Method, IReadOnlyList<string> ShardKeys, string Transport, ClaimsPrincipal? Caller, IServiceProvider Services);

/// <summary>One thing that is asked of a caller.</summary>
internal sealed record PolicyRequirement(string What, Func<PolicyRequest, CancellationToken, ValueTask<bool>> Check);
