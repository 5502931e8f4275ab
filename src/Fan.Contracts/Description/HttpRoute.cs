namespace Fan;

/// <summary>An HTTP verb and URL template of a method.</summary>
/// <param name="Verb">The verb in upper case.</param>
/// <param name="Template">The path template, with <c>{name}</c> for arguments.</param>
/// <param name="ContentType">The media type of the request body.</param>
public sealed record HttpRoute(string Verb, string Template, string ContentType);
