using System.Text.Json;

namespace Fan.Discovery;

/// <summary>
/// The data of an endpoint's node: how one live instance is reached. The JSON form is micro-fan's, with Fan's own facts beside it.
/// Immutable.
/// </summary>
public sealed record EndpointDescription
{
    /// <summary>The kind of network, e.g. <c>http</c>.</summary>
    public required string Transport { get; init; }

    /// <summary>The host for a URL; an IPv6 address stands in brackets.</summary>
    public string? Host { get; init; }

    /// <summary>The port; 0 where the transport has none.</summary>
    public int Port { get; init; }

    /// <summary>The callable methods; empty where <see cref="TakesAnyMethod"/>.</summary>
    public IReadOnlyList<EndpointMethod> Methods { get; init; } = [];

    /// <summary>
    /// Whether its methods are not known, so that every one may be called: micro-fan's services behind brokers publish none. Default false.
    /// </summary>
    public bool TakesAnyMethod { get; init; }

    /// <summary>Whether a Fan application stands behind it, which takes <c>POST /{service}/{method}</c> and Fan's headers.</summary>
    public bool IsFan { get; init; }

    /// <summary>The name of the application behind it, where it told.</summary>
    public string? Application { get; init; }

    /// <summary>Names the one running process and listener behind it, so that a node that an earlier session left can be told.</summary>
    public string? Instance { get; init; }

    /// <summary>The service's name with its shard keys in brackets, where it has any and the application told.</summary>
    public string? Template { get; init; }

    /// <summary>
    /// When the application began to offer it, by its own machine's clock; null where it did not tell. For people: nothing is decided by
    /// it.
    /// </summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>
    /// What the types of its methods contain, by name; empty where that is not known, or too much to be published. See
    /// <see cref="Generated.ServiceContract.Types"/>.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Types { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>What a transport adds for its own clients, by key; texts only.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>The JSON for the node.</summary>
    public byte[] ToJson() => EndpointJson.Write(this);

    /// <summary>Reads a node's data.</summary>
    /// <exception cref="FormatException">It is no endpoint; the message says what is wrong with it.</exception>
    public static EndpointDescription Parse(ReadOnlyMemory<byte> json) => EndpointJson.Read(json);
}

/// <summary>One method of an endpoint.</summary>
public sealed record EndpointMethod
{
    /// <summary>The wire name.</summary>
    public required string Name { get; init; }

    /// <summary>The URL path, with <c>{name}</c> for arguments; null where the transport has none.</summary>
    public string? Url { get; init; }

    /// <summary>The HTTP verb in upper case. Default <c>GET</c>, as micro-fan has it.</summary>
    public string Verb { get; init; } = "GET";

    /// <summary>The media type of the request body; null takes JSON.</summary>
    public string? ContentType { get; init; }

    /// <summary>The shape on the wire.</summary>
    public MethodKind Kind { get; init; }

    /// <summary>See <see cref="MethodDescription.Fingerprint"/>; null where it is not known.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Whether a second sending is harmless.</summary>
    public bool Idempotent { get; init; }

    /// <summary>
    /// The longest that a call may take where its caller does not say, see <see cref="MethodDescription.Timeout"/>; null where that is the
    /// caller's default.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// The arguments as <c>name: type</c>, with <c>?</c> after the name of an optional one and <c>= default</c> at its end; null where they
    /// are not known.
    /// </summary>
    public IReadOnlyList<string>? Parameters { get; init; }

    /// <summary>The type of the reply, for people.</summary>
    public string? Result { get; init; }

    /// <summary>The first sentence of its documentation.</summary>
    public string? Summary { get; init; }

    /// <summary>Describes a method of a contract.</summary>
    public static EndpointMethod From(MethodDescription method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return new EndpointMethod
        {
            Name = method.Name,
            Kind = method.Kind,
            Fingerprint = method.Fingerprint,
            Idempotent = method.Idempotent,
            Timeout = method.Timeout,
            Parameters = [.. method.Parameters.Select(p => p.Shape ?? $"{p.Name}{(p.IsOptional ? "?" : "")}: {TypeText.Of(p.Type)}")],
            Result = method.ResultType == typeof(Generated.Unit) ? null : method.ResultShape ?? TypeText.Of(method.ResultType),
            Summary = method.Summary,
        };
    }
}
