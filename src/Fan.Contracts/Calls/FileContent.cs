namespace Fan;

/// <summary>
/// A file as an argument or result: a part of a multipart body on the HTTP route, an object with base64 content elsewhere.
/// </summary>
/// <param name="FileName">The name of the file, without a path.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">Its media type.</param>
public sealed record FileContent(string FileName, ReadOnlyMemory<byte> Content, string ContentType = "application/octet-stream");
