using System.Diagnostics.CodeAnalysis;

namespace Fan;

/// <summary>Gives a method an HTTP verb and a URL template of its own, beside <c>POST /{service}/{method}</c>.</summary>
/// <remarks>
/// <c>{name}</c> in the template is the argument of that wire name, or a shard key of the service, percent-encoded as one path
/// segment. A template has all of the shard keys or none; then they stand in the header <c>fan-shard</c>. Arguments that the
/// path does not use travel in the query string for GET, HEAD and DELETE, and in the body otherwise.
/// </remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
[SuppressMessage("Design", "CA1056", Justification = "A template is not a URI.")]
public sealed class HttpRouteAttribute(string verb, string template) : Attribute
{
    /// <summary>The HTTP verb, e.g. <c>GET</c>.</summary>
    public string Verb { get; } = verb;

    /// <summary>The path template, e.g. <c>/wines/{inventory_id}</c>; starts with a slash.</summary>
    public string Template { get; } = template;

    /// <summary>
    /// The media type of the request body: JSON (default), <c>multipart/form-data</c> or <c>application/x-www-form-urlencoded</c>.
    /// </summary>
    public string ContentType { get; init; } = "application/json";
}
